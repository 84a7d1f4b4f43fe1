"""The cards: one for each lab and each attack, played on real shops, and what the victim saw."""

from __future__ import annotations

import pytest

from workshop.attacks import ATTACKS
from workshop.cards import playing
from workshop.cards.deck import Card, deck, fault_of
from workshop.cards.playing import Broken, Played, play, play_apart
from workshop.naive import POLICIES
from workshop.runner.catalogue import find, labs
from workshop.runner.folder import Folder

from .cards import card_of, own_policy

FORGERY = "07-forge-it"
WITHOUT_A_SHOP = ("08-which-is-faster", "12-decide")


def test_every_lab_and_every_attack_has_its_card() -> None:
    """Each once, and nothing else has one."""
    names = [card.name for card in deck()]
    assert sorted(names) == sorted([*(lab.name for lab in labs()), *ATTACKS])


def test_every_attack_is_about_a_fault_of_its_lab() -> None:
    """By its name alone, so that there is no second list."""
    for card in deck():
        if card.attack:
            assert card.fault == fault_of(card.attack)
            assert card.fault in card.lab.faults
    assert {card.fault for card in deck() if card.fault} == set(POLICIES)


@pytest.mark.parametrize("card", deck(), ids=[card.name for card in deck()])
def test_it_works_on_the_naive_shop_and_fails_on_the_reference(card: Card, folder: Folder) -> None:
    """Each card is played for real; and the victim, who is named, was there."""
    naive = play(card, "naive", card.policy("naive", folder))
    reference = play(card, "reference", card.policy("reference", folder))
    assert naive.worked, naive.text
    assert reference.result == "blocked", reference.text
    assert naive.steps
    assert naive.steps != reference.steps
    for played in (naive, reference):
        assert all(scene.log for scene in played.scenes)
        assert (played.scenes == []) is (card.name in WITHOUT_A_SHOP)
        # Whoever forges a token does not need her.
        is_needed = card.lab.name != FORGERY
        assert all(bool(scene.requests_in_all) is is_needed for scene in played.scenes)


def test_the_victims_view_is_that_of_the_run() -> None:
    """After a tossed cookie she is logged in under an ID that she came with."""
    card = card_of("fixation-tossed")
    naive = play(card, "naive", None).scenes[0]
    [login] = [each for each in naive.requests if each.address.endswith("/login")]
    assert login.carried.startswith("session=")
    value = login.carried.partition("=")[2]
    assert value in [cookie.value for cookie in naive.cookies]
    assert naive.logins is not None
    assert len(naive.logins) == 1
    assert "POST /login" in naive.log
    defended = play(card, "reference", None).scenes[0]
    [login] = [each for each in defended.requests if each.address.endswith("/login")]
    assert login.carried == ""
    assert defended.dropped == ["__Host-session: __Host- demands Secure, Path=/ and no Domain"]


def test_the_victims_view_names_the_site_that_asked() -> None:
    """A form on another site: the cookie went along, or stayed."""
    card = card_of("csrf")
    for defence, carries in (("naive", True), ("reference", False)):
        scene = play(card, defence, None).scenes[0]  # type: ignore[arg-type]
        [forged] = [each for each in scene.requests if each.asked_by == "evil.localhost"]
        assert (forged.method, bool(forged.carried)) == ("POST", carries)


def test_a_policy_that_never_ends_is_stopped(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a time, with what may be the reason."""
    monkeypatch.setattr(playing, "LIMIT_S", 3.0)
    path = own_policy(folder, "while True:\n    pass\n")
    came = play_apart(card_of("4"), "mine", path)
    assert isinstance(came, Broken)
    assert "is there a loop" in came.why


def test_a_policy_that_prints_disturbs_nothing(folder: Folder) -> None:
    """What it says goes nowhere."""
    text = find("4").file("start", "policy.py").read_text()
    path = own_policy(folder, text + '\nprint(\'{"type": "Broken"}\' * 1000)\n')
    assert isinstance(play_apart(card_of("4"), "mine", path), Played)
