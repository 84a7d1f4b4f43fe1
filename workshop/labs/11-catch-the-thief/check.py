"""Judge lab 11: who gets away with a copy, and who is disturbed without cause."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_us

attack = module_from(Path(__file__).with_name("attack.py"))
COUNT = 1000
GRACE_S = 10


def check(policy, seed):
    """Two thieves and two tabs; then a thousand journeys of each kind."""
    verdict = Verdict()
    _owner_first(verdict, policy)
    _just_outside(verdict, policy)
    _two_behind(verdict, policy)
    _thief_first(verdict, policy, times=1)
    _thief_first(verdict, policy, times=2)
    _tabs(verdict, policy)
    honest = attack.journeys(seed, COUNT, stolen=False)
    stolen = attack.journeys(seed + 1, COUNT, stolen=True)
    disturbed = sum(bool(policy.is_suspicious(*journey)) for journey in honest)
    noticed = sum(bool(policy.is_suspicious(*journey)) for journey in stolen)
    verdict.attack(
        "a copy that goes on elsewhere",
        noticed >= 0.8 * COUNT,
        f"Of {COUNT} thefts your rule noticed {noticed}.",
        "A thief comes from another address, and nearly always with another browser.",
    )
    verdict.users(
        "a thousand honest journeys",
        disturbed <= 0.05 * COUNT,
        f"Of {COUNT} honest journeys your rule disturbed {disturbed}.",
        "One sign alone is none: people change networks. Which two rarely come together?",
    )
    verdict.cost(
        f"noticed {noticed} of {COUNT} thefts, disturbed {disturbed} of {COUNT} honest journeys; "
        f"about {cost_us(lambda: policy.is_suspicious(*honest[0])):.2f} us a request"
    )
    return verdict


def _people(shop):
    """Alice, and a thief with a copy of her refresh token."""
    alice, thief = shop.browser("alice"), shop.browser("mallory")
    alice.log_in()
    thief.refresh_token = alice.refresh_token
    return alice, thief


def _refresh(browser):
    """Refresh with what the browser holds, and give the status."""
    return browser.post("/renew", {"refresh_token": browser.refresh_token}).status


def _owner_first(verdict, policy):
    with attack.open_shop(policy) as shop:
        alice, thief = _people(shop)
        _refresh(alice)
        shop.clock.advance(seconds=60)
        status = _refresh(thief)
        shares = thief.refresh_token == alice.refresh_token
        verdict.attack(
            "an older token a minute later",
            status != 200,
            "A minute after Alice, the older token was still worth the same successor as hers."
            if shares
            else "Alice had refreshed; a minute later Mallory refreshed with the older token, too.",
            "A token that is not the newest is a copy, once the grace is over.",
        )


def _just_outside(verdict, policy):
    with attack.open_shop(policy) as shop:
        alice, thief = _people(shop)
        _refresh(alice)
        shop.clock.advance(seconds=GRACE_S + 0.5)
        verdict.attack(
            "an older token just after the grace",
            _refresh(thief) != 200,
            f"{GRACE_S + 0.5} s after Alice the older token was still good; the grace is {GRACE_S} s.",
            "Compare now - rotated_at with GRACE.",
        )


def _two_behind(verdict, policy):
    """Alice refreshes twice within the grace; the copy is two tokens behind."""
    with attack.open_shop(policy) as shop:
        alice, thief = _people(shop)
        _refresh(alice)
        shop.clock.advance(seconds=1)
        _refresh(alice)
        shop.clock.advance(seconds=1)
        verdict.attack(
            "a token that is two behind",
            _refresh(thief) != 200,
            "A token that is two behind the newest was good within the grace.",
            "Only the one before the newest may come twice: compare with previous.",
        )


def _thief_first(verdict, policy, times):
    """Mallory refreshes once, or more than once, before Alice comes."""
    with attack.open_shop(policy) as shop:
        alice, thief = _people(shop)
        for _ in range(times):
            _refresh(thief)
            shop.clock.advance(seconds=60)
        _refresh(alice)
        verdict.attack(
            "a thief who was faster" if times == 1 else "a thief who refreshed twice",
            _refresh(thief) != 200,
            f"Mallory refreshed first{'' if times == 1 else ', twice'}. Alice was refused, and Mallory "
            "went on as if nothing had been.",
            "Nobody can tell which of the two is the thief: end the whole family.",
        )


def _tabs(verdict, policy):
    with attack.open_shop(policy) as shop:
        alice, tab = _people(shop)
        _refresh(alice)
        shop.clock.advance(seconds=2)
        second = _refresh(tab)
        shop.clock.advance(seconds=60)
        verdict.users(
            "two tabs",
            second == 200 and _refresh(alice) == 200,
            "Alice had two tabs that refreshed within two seconds: two tabs looked like a thief.",
            "For GRACE seconds the token before the newest gets the same successor once more.",
        )
        alice, tab = _people(shop)
        _refresh(alice)
        shop.clock.advance(seconds=GRACE_S - 1)
        late = _refresh(tab)
        verdict.users(
            "a slow tab",
            late == 200 and alice.refresh_token == tab.refresh_token,
            f"Alice's second tab was {GRACE_S - 1} s late, within the grace, and was refused.",
            "The grace is GRACE seconds: compare now - rotated_at with it.",
        )
        verdict.users(
            "staying logged in",
            _refresh(alice) == 200,
            "Alice refreshed with her newest token, and was refused.",
            "The newest token is always good.",
        )
