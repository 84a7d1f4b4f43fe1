"""sessions/ and tokens/ are one design twice: same files, same names, same order.

Each difference that is allowed stands here with its reason, and must itself be true.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import sessions
import tokens
from sessions.stores.base import SessionStore
from tokens.stores.base import TokenStore

ROOT = Path(__file__).parent.parent
VERBS = ["issue", "verify", "update", "renew", "revoke", "revoke_entry", "revoke_all", "entries"]

ONLY_SESSIONS = {
    "identifiers.py",  # an ID means nothing by itself; a token is signed instead
    "stores/cached.py",  # a token is a lookup that is trusted for a while by its nature
}
ONLY_TOKENS = {
    "signing.py",  # a token must prove who made it
    "claims.py",  # and say what it is for
    "keys.py",
    "roca.py",
    "keyring.py",
    "jwks.py",  # and be verified where it was not made
    "verifier.py",
    "verified.py",  # a session has no signature whose check could be saved
    "access.py",  # a session ID is checked by looking it up, a token in five steps
    "fetching.py",
    "lists.py",
    "refresh.py",  # a session renews itself
    "stores/sqlite_schema.py",  # five tables want a file of their own
    "stores/redis_risks.py",  # a session that is lost is a logout, a denial a pardon
    "stores/redis_listener.py",  # and hears of what others revoked
    "stores/postgres_listener.py",
    "stores/postgres_statements.py",
    "testing/denials.py",  # what only a token's store can do is tested in a file of its own
    "testing/counters.py",
    "revocation/__init__.py",  # a session is revoked by deleting it
    "revocation/base.py",
    "revocation/expiry.py",
    "revocation/denylist.py",
    "revocation/generation.py",
    "revocation/following.py",
    "revocation/snapshot.py",
    "revocation/pushed.py",
    "revocation/statuslist.py",
    "revocation/filter.py",
}
ONLY_SESSION_STORE = {
    "strength",  # how soon a token's revocation bites is its strategy's to say
    "touch",  # no server sees a token in use
}
ONLY_TOKEN_STORE = {
    "deny",  # a session that is deleted needs no denial
    "is_denied",
    "denied_since",  # nor a node that follows the denials
    "listen",
    "advance",  # and no generation: its record is the one truth
    "standing",
}
ATTRIBUTES = {"property", "setter"}  # of an object, and no verb of it
DIFFERENT_SIGNATURES = {
    "update",  # the state is in the credential, so a change of it is a new credential
}


def files(package: str) -> set[str]:
    folder = ROOT / package
    return {str(path.relative_to(folder)) for path in folder.rglob("*.py")}


def definitions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
    ]


def methods(path: Path, name: str) -> list[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            found = [item for item in node.body if isinstance(item, ast.FunctionDef)]
            return [item.name for item in found if not _is_attribute(item)]
    raise AssertionError(f"{path} has no class {name}")


def _is_attribute(method: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).split(".")[-1] in ATTRIBUTES for each in method.decorator_list)


def test_the_same_files_but_for_what_is_listed() -> None:
    """A file in one half alone stands in the list, and no other."""
    assert files("sessions") - files("tokens") == ONLY_SESSIONS
    assert files("tokens") - files("sessions") == ONLY_TOKENS


def test_both_managers_have_the_verbs_in_one_order() -> None:
    """So that the two can be laid side by side."""
    for path, name in (("sessions", "SessionManager"), ("tokens", "TokenManager")):
        defined = methods(ROOT / path / "manager.py", name)
        assert [method for method in defined if not method.startswith("_")] == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_takes_the_same_in_both(verb: str) -> None:
    """Parameters and their order are equal; what is returned differs only where listed."""
    one = inspect.signature(getattr(sessions.SessionManager, verb))
    other = inspect.signature(getattr(tokens.TokenManager, verb))
    assert list(one.parameters) == list(other.parameters)
    same = one.return_annotation == other.return_annotation
    assert same is (verb not in DIFFERENT_SIGNATURES)


@pytest.mark.parametrize(
    "name", ["errors.py", "lifetimes.py", "events.py", "strength.py", "cap.py", "grants.py"]
)
def test_twin_files_define_the_same_in_the_same_order(name: str) -> None:
    """But for the noun: InvalidSession here is InvalidToken there."""
    one, other = (definitions(ROOT / package / name) for package in ("sessions", "tokens"))
    assert [name.replace("Session", "Token") for name in one] == other


def test_both_name_the_same_limits() -> None:
    """A preset means the same in either half, and a cap is set by the same words."""
    for name in ("NIST_AAL1", "NIST_AAL2", "NIST_AAL3", "OWASP_LOW_RISK", "OWASP_HIGH_VALUE"):
        one, other = getattr(sessions, name), getattr(tokens, name)
        assert (one.inactivity, one.absolute) == (other.inactivity, other.absolute)
    for name in ("max_data_bytes", "max_sessions", "at_max", "now"):
        managers = (sessions.SessionManager, tokens.TokenManager)
        one, other = (inspect.signature(each).parameters[name] for each in managers)
        assert (one.kind, one.annotation) == (other.kind, other.annotation)
        assert name == "max_data_bytes" or one.default == other.default


def test_the_stores_have_the_same_operations_in_one_order() -> None:
    """But for those that only one kind of state needs."""
    one = [name for name in vars(SessionStore) if not name.startswith("_")]
    other = [name for name in vars(TokenStore) if not name.startswith("_")]
    assert set(one) - set(other) == ONLY_SESSION_STORE
    assert set(other) - set(one) == ONLY_TOKEN_STORE
    assert [n for n in one if n in other] == [n for n in other if n in one]


@pytest.mark.parametrize(
    ("name", "store"),
    [
        ("memory", "MemoryStore"),
        ("sqlite", "SQLiteStore"),
        ("redis", "RedisStore"),
        ("postgres", "PostgresStore"),
    ],
)
def test_each_store_has_the_operations_in_the_order_of_its_contract(name: str, store: str) -> None:
    """Every store of either half reads like its base.py."""
    for package, contract in (("sessions", SessionStore), ("tokens", TokenStore)):
        facts = ("outages", "strength")
        promised = [n for n in vars(contract) if not n.startswith("_") and n not in facts]
        defined = methods(ROOT / package / "stores" / f"{name}.py", store)
        assert [method for method in defined if not method.startswith("_")] == promised


def test_both_say_strength_alike() -> None:
    """The words a client is told do not depend on the mechanism."""
    assert sessions.Immediate().describe() == tokens.Immediate().describe()
    assert sessions.Within(2.0).describe() == tokens.Within(2.0).describe()
    assert sessions.AtExpiry(3.0).describe() == tokens.AtExpiry(3.0).describe()


def test_the_door_is_one_file_twice() -> None:
    """What is taken for a name, a duration or a count is the same in both halves."""
    assert (ROOT / "sessions/door.py").read_text() == (ROOT / "tokens/door.py").read_text()
