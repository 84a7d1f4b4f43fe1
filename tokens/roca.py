"""RSA keys of the weak generator known as ROCA (CVE-2017-15361): told by their public modulus.

Nemec, Sýs, Švenda, Klinec, Matyáš: "The Return of Coppersmith's Attack", CCS 2017, section 2. The
primes of that generator are k * M + 65537^a mod M, where M is the product of the first primes. So
the modulus of such a key is a power of 65537 modulo each of those primes; that of any other key is
so for all of them with a probability far below 2^-100.
"""

from __future__ import annotations

from functools import cache

LAST_PRIME = 701
"""The generator's M for keys of 1,984 to 3,936 bits ends here; that for longer keys goes on."""


def is_roca_weak(modulus: int) -> bool:
    """Return whether *modulus* has the fingerprint of a key that can be factored (ROCA)."""
    return all(modulus % prime in powers for prime, powers in _powers())


@cache
def _powers() -> list[tuple[int, frozenset[int]]]:
    """The primes from 3 to `LAST_PRIME`, each with the powers of 65537 modulo it."""
    primes = [n for n in range(3, LAST_PRIME + 1) if all(n % d for d in range(2, int(n**0.5) + 1))]
    return [(p, frozenset(pow(65537, a, p) for a in range(p - 1))) for p in primes]
