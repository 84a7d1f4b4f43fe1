"""Judge lab 3: a day of clicks on a clock that can be moved."""

from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict, cost_us

attack = module_from(Path(__file__).with_name("attack.py"))


def check(policy, seed):
    """Thieves who click, people who work, and people who walk away."""
    verdict = Verdict()
    with attack.open_shop(policy) as shop:
        hours = attack.hours_alive(shop, 20)
    verdict.attack(
        "a thief who clicks",
        hours is not None and hours <= 8.34,
        f"Mallory clicked every 20 minutes and was in for {f'{hours:g}' if hours else 'over 24'} h.",
        "Count a second limit from the login, which no click moves.",
    )
    with attack.open_shop(policy) as shop:
        _left_alone(verdict, shop)
    verdict.users(
        "a day's work",
        all(_still_in(policy, minutes) for minutes in (10, 20, 29)),
        "Alice clicked often enough and was put out in the middle of her work.",
        "Count the inactivity from the last request, not from the login.",
    )
    _instants(verdict, policy)
    now = attack.LabClock()()
    verdict.cost(f"about {cost_us(lambda: policy.is_live(now, now, now)):.2f} us a request")
    return verdict


def _left_alone(verdict, shop):
    alice = shop.browser("alice")
    alice.log_in()
    shop.clock.advance(minutes=31)
    verdict.attack(
        "a computer left alone",
        alice.me() is None,
        "Alice left the computer in the library; 31 minutes later the next visitor is Alice.",
        "Count a limit from the last request as well.",
    )


def _still_in(policy, every_minutes):
    with attack.open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        for _ in range(int(7.9 * 60 / every_minutes)):
            shop.clock.advance(minutes=every_minutes)
            if alice.me() is None:
                return False
        return True


def _instants(verdict, policy):
    began = 1_800_000_000.0
    at_inactivity = policy.is_live(began, began, began + 1800)
    at_absolute = policy.is_live(began, began + 8 * 3600 - 1, began + 8 * 3600)
    verdict.attack(
        "the instant of the limit",
        not at_inactivity and not at_absolute,
        "At the very instant that the limit names, the session is still alive.",
        "A limit of 30 minutes is over after 30 minutes: compare with <, not with <=.",
    )
    before = policy.is_live(began, began, began + 1799) and policy.is_live(
        began, began + 8 * 3600 - 2, began + 8 * 3600 - 1
    )
    verdict.users(
        "the second before",
        bool(before),
        "A second before the limit the session is already over.",
        "Give people the whole of the time that you promise.",
    )
