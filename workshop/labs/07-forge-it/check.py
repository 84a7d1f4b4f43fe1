"""Judge lab 7: forgeries that are made, tokens of another kind or time, and good ones."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from workshop.attacks import alg_none, keyless, kid_traversal
from workshop.attacks.forging import with_secret
from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_text, cost_us
from workshop.shop.jws import Refused, encode, parts_of, to_base64url
from workshop.shop.tokens import ACCESS_S, AUDIENCE, ISSUER

HERE = Path(__file__).parent
attack = module_from(HERE / "attack.py")
GOOD = {"alg": "RS256", "typ": "at+jwt", "kid": "main"}
AGES = (
    ("a token of last week", 7 * 86400, "last week"),
    ("a token of this morning", 3 * 3600, "three hours ago"),
    ("a token of some minutes ago", 6 * 60, "six minutes ago"),
)
LEEWAY_S = 300
"""How far clocks may differ at most; libraries have some leeway, too."""
NONSENSE = ("not-a-token", "a.b.c", "..", f"{to_base64url(b'{}')}.{to_base64url(b'[]')}.AAAA")
SIGNATURES = {
    "kept": "Mallory changed the claims and kept the old signature, and was believed.",
    "flipped": "A signature of which one bit is wrong was believed.",
    "cut": "A piece of a signature was believed.",
    "empty": "A token whose signature was left out was believed.",
    "noise": "A signature of random bytes was believed.",
    "foreign": "A token that Mallory signed with a key of her own was believed.",
}
KEYS = {
    "jwk": "The token brought Mallory's key along (jwk), and the verifier used it.",
    "jku": "The token said where Mallory's keys are (jku), and the verifier fetched them.",
    "x5u": "The token said where Mallory's certificate is (x5u), and the verifier fetched it.",
    "x5c": "The token brought Mallory's certificate along (x5c), and the verifier used it.",
}


def check(policy, seed):
    """Everything that Mallory can write, and what Alice was given."""
    verdict = Verdict()
    audience = _audience(policy)
    with attack.open_shop(policy) as shop:
        shop.deployment.audience = audience
        mallory = shop.browser("mallory")
        mallory.log_in()
        judged = Judged(policy, shop, mallory.bearer or "")
        judged.believes(judged.own)
        _forgeries(verdict, judged)
        _signatures(verdict, judged, seed)
        _keys(verdict, judged)
        _signed(verdict, judged, audience)
        _users(verdict, shop)
        keys, now = shop.deployment.keys, shop.clock()
        start = module_from(HERE / "start" / "policy.py")
        verdict.cost(
            cost_text(
                "verifying",
                cost_us(lambda: _asked(policy, judged.own, keys, now)),
                cost_us(lambda: _asked(start, judged.own, keys, now)),
            )
        )
    return verdict


def _audience(policy):
    """The shop's audience; None for a verifier that accepts only tokens without one.

    Libraries refuse an audience that they were not told of (RFC 7519 section 4.1.3).
    """
    for audience in (AUDIENCE, None):
        with attack.open_shop(policy) as shop:
            shop.deployment.audience = audience
            alice = shop.browser("alice")
            alice.log_in()
            if alice.me() == "alice":
                return audience
    return AUDIENCE


class Judged:
    """A verifier, and what Mallory knows of the shop: her own token and the public key."""

    def __init__(self, policy, shop, own):
        self.policy, self.shop, self.own = policy, shop, own
        self.keys, self.clock = shop.deployment.keys, shop.clock
        self.header, self.claims, *_ = parts_of(own)

    def believes(self, token):
        """Whether the verifier takes whoever brings *token* for somebody."""
        claims = _asked(self.policy, token, self.keys, self.clock())
        return isinstance(claims, dict) and bool(claims.get("sub"))

    def alice(self, sign):
        """A token that says alice, signed in this way."""
        return sign(self.header, {**self.claims, "sub": "alice"})

    def first(self, forgeries):
        """The kind of the first forgery that is believed; None if there is none."""
        return next((kind for kind, token in forgeries if self.believes(token)), None)


def _forgeries(verdict, judged):
    spelt = {
        spelling: f"{encode({**judged.claims, 'sub': 'alice'}, {**judged.header, 'alg': spelling})}"
        for spelling in alg_none.SPELLINGS
    }
    old = judged.own.rpartition(".")[2]
    none = judged.first(
        (spelling, f"{signed}.{signature}")
        for spelling, signed in spelt.items()
        for signature in ("", "AAAA", old)
    )
    verdict.attack(
        "a token without a signature",
        none is None,
        "A token that says alg none was believed without a signature."
        if none == "none"
        else "A token without a signature was believed: none in another spelling.",
        "Do not forbid a word: allow one algorithm, and compare exactly.",
    )
    secrets = (*keyless.spellings_of(judged.keys.public), b"secret", b"main", b" ")
    verdict.attack(
        "the public key as a secret",
        not any(judged.believes(judged.alice(with_secret(secret))) for secret in secrets),
        "A token signed with HS256, and the public key as its secret, was believed.",
        "Your key is for one algorithm: what the token says must not choose another.",
    )
    paths = (*kid_traversal.PATHS, "", ".", "//dev/null", "..%2f..%2f..%2fdev%2fnull")
    named = (with_secret(b"", {"kid": path}) for path in paths)
    verdict.attack(
        "a key from a path",
        not any(judged.believes(judged.alice(sign)) for sign in named),
        "The token named a file that is empty as its key, and an empty secret signed it.",
        "Look the key up in what you know; never open what a token names.",
    )


def _signatures(verdict, judged, seed):
    forged = [*keyless.with_other_claims(judged.own, seed)]
    kind = judged.first([*forged, *keyless.with_other_algorithms(judged.own)])
    verdict.attack(
        "claims that nobody signed",
        kind is None,
        SIGNATURES.get(kind, ""),
        "Check the signature over header and claims with your own key, each time, and refuse the "
        "token if the answer is no: if not rs256_is_good(signed, signature, keys.public).",
    )


def _keys(verdict, judged):
    with keyless.attackers_keys() as address:
        kind = judged.first(keyless.with_own_key(judged.own, address))
    verdict.attack(
        "a key of Mallory's",
        kind is None,
        KEYS.get(kind, ""),
        "The key is yours, and known beforehand: use keys.public, and nothing that a token brings.",
    )


def _signed(verdict, judged, audience):
    """Good signatures, by the shop's own key, on what is no access token of now."""
    now = int(judged.clock())
    claims = {
        "iss": ISSUER,
        "sub": "alice",
        "iat": now,
        "exp": now + 60,
        "jti": "x",
        "family": "f",
        **({} if audience is None else {"aud": audience}),
    }
    for name, ago, word in AGES:
        old = {**claims, "iat": now - ago - 300, "exp": now - ago}
        verdict.attack(
            name,
            not judged.believes(_sign(judged.shop, old, GOOD)),
            f"A token of {word}, with a good signature, was believed.",
            "Compare exp with now; both are in seconds.",
        )
    other = {**claims, **({} if audience is None else {"aud": f"{AUDIENCE}/password-reset"})}
    verdict.attack(
        "a token of another kind",
        not judged.believes(_sign(judged.shop, other, {**GOOD, "typ": "password-reset+jwt"})),
        "A token of another kind, signed with the same key, passed for an access token.",
        "Look at typ, or at aud: the same key may sign other papers (RFC 8725 section 3.11).",
    )


def _users(verdict, shop):
    alice, bob = shop.browser("alice"), shop.browser("bob")
    alice.log_in()
    bob.log_in()
    verdict.users(
        "good tokens",
        (alice.me(), bob.me()) == ("alice", "bob"),
        "A token that the shop itself has signed a moment ago is refused.",
        'The shop writes {"alg": "RS256", "typ": "at+jwt", "kid": "main"}, and exp in seconds.',
    )
    answers = {text: alice.get("/me", Authorization=f"Bearer {text}").status for text in NONSENSE}
    wrong = {text: status for text, status in answers.items() if status != 401}
    verdict.users(
        "nonsense",
        not wrong,
        f"Nonsense is answered {', '.join(map(str, wrong.values()))}, not 401.",
        "Whatever is wrong with a token: raise Refused.",
    )
    shop.clock.advance(seconds=ACCESS_S - 30)
    verdict.users(
        "a token in its last half minute",
        alice.me() == "alice",
        "A token that is good for another half minute is refused.",
        "A token is good until exp: compare with now, and nothing else.",
    )
    shop.clock.advance(seconds=LEEWAY_S + 60)
    # Libraries ask the machine's own clock, which cannot be moved; their `exp` was judged above.
    header, claims, *_ = parts_of(alice.bearer)
    unseen = shop.browser("alice")
    unseen.bearer = _sign(shop, {**claims, "jti": "unseen"}, header)
    verdict.attack(
        "a token that was good before",
        alice.me() is None or unseen.me() == "alice",
        "Alice's own token, which was believed while it was good, is still believed after exp.",
        "Compare exp with now at each request, also for a token that you have seen before.",
    )


def _sign(shop, claims, header):
    signed = encode(claims, header)
    private = shop.deployment.keys.private
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{to_base64url(signature)}"


def _asked(policy, token, keys, now):
    try:
        return policy.verify(token, keys, now)
    except Refused:
        return None
