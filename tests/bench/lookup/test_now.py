"""What is measured without a run: that it is whole, and that each claim can be broken."""

from __future__ import annotations

import pytest

from bench.lookup.claims import claims_now
from bench.lookup.now import ALGORITHMS, REMEMBERED, Beside, Size, compare
from bench.lookup.overclient import POSTGRES
from bench.processes.children import BenchError
from bench.rivals.pyjwt_decode import decoder
from demo.builtin.alone import a_manager, beside, with_memory
from tests.tokens.test_verified import CountingSigner

KNOWING = ("snapshot", "pushed", "statuslist", "filter")


def test_every_comparison_is_made() -> None:
    """Each algorithm beside PyJWT, the memory of signatures, each strategy, each PostgreSQL."""
    told: list[str] = []
    found = {
        each.what: each for each in compare(Size(rounds=1, calls=20, denials=500), told.append)
    }
    expected = [*(f"{each} beside PyJWT" for each in ALGORITHMS), REMEMBERED, *KNOWING, *POSTGRES]
    assert list(found) == expected
    assert len(told) == len(expected)
    assert all(each.verify_us > 0 and each.other_us > 0 for each in found.values())
    assert {what for what, each in found.items() if each.memory_mb} <= set(KNOWING)


def test_each_claim_can_be_broken() -> None:
    """One that cannot fail says nothing."""
    for found, broken in (
        (Beside("ES256 beside PyJWT", 80.0, 90.0, 0.0), []),
        (Beside("ES256 beside PyJWT", 91.0, 90.0, 0.0), ["PyJWT"]),
        (Beside(REMEMBERED, 5.9, 12.0, 0.0), []),
        (Beside(REMEMBERED, 6.1, 12.0, 0.0), ["remembered"]),
        (Beside(POSTGRES[0], 51.0, 40.0, 0.0), []),
        (Beside(POSTGRES[0], 53.0, 40.0, 0.0), ["client"]),
        (Beside("snapshot", 14.9, 12.0, 149.0), []),
        (Beside("snapshot", 15.1, 12.0, 151.0), ["over expiry", "megabytes"]),
    ):
        failed = [claim for claim in claims_now([found], 1_000_000) if not claim.holds]
        assert len(failed) == len(broken)
        assert all(word in claim.text for word, claim in zip(broken, failed, strict=True))


def test_pyjwt_accepts_what_we_do_and_refuses_what_it_should() -> None:
    """It is the same work, with its own checks switched on."""
    for algorithm in ALGORITHMS:
        alone = a_manager(algorithm)
        token = alone.manager.issue("alice").credential
        given = (alone.algorithm, alone.verifies_with)
        assert decoder(*given, alone.issuer, alone.audience)(token)["sub"] == "alice"
        for check, other in (
            (decoder(*given, "https://other.example", alone.audience), token),
            (decoder(*given, alone.issuer, "other"), token),
            (decoder(*given, alone.issuer, alone.audience), token[:-8] + "AAAAAAAA"),
        ):
            with pytest.raises(Exception, match=r"[Ii]ssuer|[Aa]udience|[Ss]ignature"):
                check(other)


@pytest.mark.parametrize("strategy", KNOWING)
def test_what_was_to_be_learned_is_known(strategy: str) -> None:
    """Or its memory and its time would be those of an empty list."""
    expiry = a_manager("HS256")
    following, learn = beside(expiry, strategy, 300)
    assert learn()
    revocation = following.manager._revocation
    grant = following.manager.issue("alice")
    assert following.manager.verify(grant.credential).subject == "alice"
    held = {
        "snapshot": lambda: len(revocation._known),  # type: ignore[attr-defined]
        "pushed": lambda: len(revocation._known),  # type: ignore[attr-defined]
        "statuslist": lambda: sum(
            each.content.count(0) < len(each.content)
            for each in revocation._lists.values()  # type: ignore[attr-defined]
        ),
        "filter": lambda: len(revocation._filters),  # type: ignore[attr-defined]
    }[strategy]()
    assert held >= (300 if strategy in ("snapshot", "pushed") else 1)
    following.manager.revoke(grant.credential)
    assert learn()
    with pytest.raises(following.manager.rejection):
        following.manager.verify(grant.credential)


def test_what_is_remembered_is_the_same_caller() -> None:
    """With the same key, and no signature checked twice."""
    plain = a_manager("HS256")
    remembering = with_memory(plain, 10)
    token = plain.manager.issue("alice").credential
    signer = CountingSigner(remembering.manager)
    remembering.manager.signer = signer  # type: ignore[assignment]  # it does as one does
    found = [remembering.manager.verify(token) for _ in range(3)]
    assert found == [plain.manager.verify(token)] * 3
    assert signer.checked == 1


def test_a_case_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, and not as a number."""
    monkeypatch.setattr("bench.lookup.now.POOL", 0)
    with pytest.raises(BenchError, match="could not be measured"):
        list(compare(Size(rounds=1, calls=20, denials=10)))
