"""Passwords as ASVS 5.0 section 6.2 wants them: long enough, of anything, taken as they are."""

from __future__ import annotations

import pytest

from demo.accounts import LIGHT, Accounts, Hashing
from demo.app import create_app
from demo.auth import Settings
from demo.schemes import build
from demo.testing import Visitor, over_wsgi


@pytest.fixture
def alice() -> Visitor:
    scheme = build("session-cookie-memory", Settings())
    visitor = Visitor(over_wsgi(create_app(scheme, accounts=Accounts(hashing=Hashing(LIGHT)))))
    assert visitor.log_in().status == 200
    return visitor


def change(visitor: Visitor, new: str) -> int:
    return visitor.post("/password", {"old": "alice-password", "new": new}).status


def test_a_new_password_has_eight_characters_at_least(alice: Visitor) -> None:
    """And 128 at most: what is hashed is bounded."""
    assert [change(alice, new) for new in ("1234567", "x" * 129)] == [400, 400]
    assert change(alice, "12345678") == 200


@pytest.mark.parametrize(
    "new", ["aaaaaaaa", "        ", "pässwörter", "\U0001f511" * 8, "\x00" * 8]
)
def test_any_characters_make_a_password(alice: Visitor, new: str) -> None:
    """No rule but length."""
    assert change(alice, new) == 200
    assert Visitor(alice.send).log_in("alice", new).status == 200


def test_a_password_is_taken_as_it_is(alice: Visitor) -> None:
    """Neither its end, nor its case, nor the spaces around it are lost."""
    new = f" {'Xy' * 63} "
    assert change(alice, new) == 200
    for other in (new[:-1], new[:72], new.strip(), new.lower()):
        assert Visitor(alice.send).log_in("alice", other).status == 401
    assert Visitor(alice.send).log_in("alice", new).status == 200


def test_the_form_masks_passwords_and_lets_managers_fill_them(alice: Visitor) -> None:
    """Each field says what it is for, and nothing hinders a paste."""
    html = {"Accept": "text/html"}
    page = Visitor(alice.send).get("/", html).body.decode() + alice.get("/", html).body.decode()
    for name, what in (("password", "current"), ("old", "current"), ("new", "new")):
        (field,) = [tag for tag in page.split("<input ") if f'name="{name}"' in tag]
        assert 'type="password"' in field
        assert f'autocomplete="{what}-password"' in field
    assert "onpaste" not in page
