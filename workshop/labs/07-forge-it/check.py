"""Judge lab 7: forgeries, tokens of another kind or time, and good ones."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from workshop.attacks import alg_none, key_confusion, kid_traversal
from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_text, cost_us
from workshop.shop.jws import Refused, encode, to_base64url

HERE = Path(__file__).parent
attack = module_from(HERE / "attack.py")


def check(policy, seed):
    """Everything that Mallory can write, and what Alice was given."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        _forgeries(verdict, attack.target_of(shop))
        _signed(verdict, shop)
        _users(verdict, shop)
        keys, now = shop.deployment.keys, shop.clock()
        alice = shop.browser("alice")
        alice.log_in()
        start = module_from(HERE / "start" / "policy.py")
        verdict.cost(
            cost_text(
                "verifying",
                cost_us(lambda: _asked(policy, alice.bearer, keys, now)),
                cost_us(lambda: _asked(start, alice.bearer, keys, now)),
            )
        )
    return verdict


def _forgeries(verdict, target):
    none = alg_none.run(target)
    spelt = "'none'" in none.text
    verdict.attack(
        "a token without a signature",
        not none.worked,
        "A token that says alg none was believed without a signature."
        if spelt
        else "A token without a signature was believed: none in another spelling.",
        "Do not forbid a word: allow one algorithm, and compare exactly.",
    )
    verdict.attack(
        "the public key as a secret",
        not key_confusion.run(target).worked,
        "A token signed with HS256, and the public key as its secret, was believed.",
        "Your key is for one algorithm: what the token says must not choose another.",
    )
    verdict.attack(
        "a key from a path",
        not kid_traversal.run(target).worked,
        "The token named a file that is empty as its key, and an empty secret signed it.",
        "Look the key up in what you know; never open what a token names.",
    )


def _signed(verdict, shop):
    now = int(shop.clock())
    claims = {"sub": "alice", "exp": now + 60, "jti": "x", "family": "f"}
    good = {"alg": "RS256", "typ": "at+jwt", "kid": "main"}
    for name, header, changes, effect, step in (
        (
            "a token of last week",
            good,
            {"exp": now - 7 * 86400},
            "A token of last week, with a good signature, was believed.",
            "Compare exp with now.",
        ),
        (
            "a token of another kind",
            {**good, "typ": "password-reset+jwt"},
            {},
            "A token of another kind, signed with the same key, passed for an access token.",
            "Look at typ: the same key may sign other papers (RFC 8725 section 3.11).",
        ),
    ):
        thief = shop.browser("mallory")
        thief.bearer = _sign(shop, {**claims, **changes}, header)
        verdict.attack(name, thief.me() is None, effect, step)


def _users(verdict, shop):
    alice, bob = shop.browser("alice"), shop.browser("bob")
    alice.log_in()
    bob.log_in()
    verdict.users(
        "good tokens",
        (alice.me(), bob.me()) == ("alice", "bob"),
        "A token that the shop itself has signed a moment ago is refused.",
        'The shop writes {"alg": "RS256", "typ": "at+jwt", "kid": "main"}.',
    )
    answer = alice.get("/me", Authorization="Bearer not-a-token")
    verdict.users(
        "nonsense",
        answer.status == 401,
        f"Nonsense is answered {answer.status}, not 401.",
        "Whatever is wrong with a token: raise Refused.",
    )


def _sign(shop, claims, header):
    signed = encode(claims, header)
    private = shop.deployment.keys.private
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{to_base64url(signature)}"


def _asked(policy, token, keys, now):
    try:
        policy.verify(token, keys, now)
    except Refused:
        pass
