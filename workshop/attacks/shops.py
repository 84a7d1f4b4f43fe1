"""The workshop's own shops as targets, for naive policies and for the defence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser

from ..shop.client import Browser
from ..shop.clock import LabClock
from ..shop.policy import SECURE, Policy
from ..shop.reviews import PATH
from ..shop.serving import Shop, open_session_shop, open_token_shop
from .target import Target


def defended(naive: Policy) -> Policy:
    """The shop without the fault of *naive*: the defence, or but another secret for a weak one."""
    return replace(naive, marker="", secret=None) if naive.secret is not None else SECURE


@contextmanager
def session_target(policy: Policy) -> Iterator[Target]:
    """The shop under sessions."""
    clock = LabClock()
    with open_session_shop(policy, clock) as shop:
        yield Target(
            policy.marker or "defended",
            "session",
            "cookie",
            shop.browser,
            advance=lambda seconds: clock.advance(seconds=seconds),
            inject=lambda browser, markup: inject(shop, browser, markup),
            cookie_name=policy.set_cookie("x").partition("=")[0],
        )


@contextmanager
def token_target(policy: Policy, nodes: int = 2) -> Iterator[Target]:
    """The shop under tokens."""
    clock = LabClock()
    with open_token_shop(policy, clock, nodes) as shop:
        assert shop.deployment is not None
        directory = shop.deployment.directory
        yield Target(
            policy.marker or "defended",
            "token",
            "bearer",
            shop.browser,
            nodes=nodes,
            algorithm=policy.sign_with,
            public_keys=[shop.deployment.keys.public.encode()],
            advance=lambda seconds: clock.advance(seconds=seconds),
            demote=lambda name: directory.update({name: "customer"}),
        )


def inject(shop: Shop, browser: Browser, markup: str) -> bool:
    """Leave *markup* as a review, and say whether a browser that opens the page runs it."""
    author = shop.browser("mallory")
    author.page = f"http://{author.authority}{PATH}"
    author.submit(f"http://{author.authority}{PATH}", {"text": markup})
    answer = browser.visit(f"http://{browser.authority}{PATH}")
    found = _Active()
    found.feed(answer.body.decode())
    policy = answer.header("Content-Security-Policy") or ""
    return found.is_active and not forbids_inline(policy)


def forbids_inline(policy: str) -> bool:
    """Whether a Content-Security-Policy stops scripts that stand in the page (CSP level 3)."""
    rules: dict[str, str] = {}
    for rule in policy.split(";"):
        name, _, value = rule.strip().partition(" ")
        rules.setdefault(name.lower(), value.lower())
    scripts = rules.get("script-src", rules.get("default-src"))
    return scripts is not None and "'unsafe-inline'" not in scripts


class _Active(HTMLParser):
    """Whether a page holds anything that runs."""

    def __init__(self) -> None:
        super().__init__()
        self.is_active = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name.lower(): (value or "").strip().lower() for name, value in attrs}
        runs = any(name.startswith("on") for name in named)
        links = any(value.startswith("javascript:") for value in named.values())
        self.is_active |= tag == "script" or runs or links
