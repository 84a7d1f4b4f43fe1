"""Promises about whole requests that are under way at the same time, at two nodes.

The races of races.py are between a request's check and its write. These are between everything
that a request does: its password check, its credential, the other logins it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import pytest

from ..auth import Scheme
from . import atonce
from .atonce import NEW, Request, TwoNodes
from .promises import Promises
from .visitor import Answer, Visitor

ROUNDS = 2
"""How often each pair is sent: by chance one request is the first, or they meet in the middle."""
KINDS = ("login", "password", "logout", "everywhere", "renewal", "cart", "removal")
Pair = tuple[str, str, bool]
PAIRS: Sequence[Pair] = [
    (first, second, one_browser)
    for first, second in combinations_with_replacement(KINDS, 2)
    for one_browser in (False, True)
]
"""What two requests do, and whether both come from one browser."""


class WholePromises(Promises):
    """What holds after two requests that were sent at once."""

    @pytest.fixture
    def nodes(self, scheme: Scheme) -> TwoNodes:
        """Return two nodes that share the scheme's state and the accounts."""
        return TwoNodes(scheme)

    def test_no_login_survives_a_password_change_that_overtakes_it(self, nodes: TwoNodes) -> None:
        """Checked with the old password, it is refused, wherever it was when that changed."""
        for verb, after in (("issue", False), ("issue", True)):
            here = nodes.browser()
            _done(here.log_in())
            late, pause = nodes.held_up(nodes.browser(), verb, after=after)
            with pause.during(late.log_in) as answer:
                _done(atonce.change_password()(here))
            assert answer.result().status == 401, (verb, after)
            assert late.holds() is None
            assert [here.get("/me").json["handle"]] == (atonce.handles(here) or [_handle(here)])
            back = here.post("/password", {"old": NEW, "new": "alice-password"})
            _done(back)

    def test_a_visitor_whose_login_was_overtaken_keeps_the_cart(self, nodes: TwoNodes) -> None:
        """The login is refused; the visitor is one still, with what was collected."""
        here = nodes.browser()
        _done(here.log_in())
        visitor = nodes.browser()
        _done(visitor.post("/cart", {"item": "tea", "quantity": 2}))
        late, pause = nodes.held_up(visitor, "renew", after=True)
        with pause.during(late.log_in) as answer:
            _done(atonce.change_password()(here))
        assert answer.result().status == 401
        if nodes.scheme.transport == "cookie":
            assert late.get("/cart").json["items"] == {"tea": 2}
            assert late.get("/me").json["subject"] is None

    def test_what_was_put_in_the_cart_before_the_login_is_in_it(self, nodes: TwoNodes) -> None:
        """Also by a request that was acknowledged while the login was on its way."""
        visitor = nodes.browser()
        _done(visitor.post("/cart", {"item": "tea", "quantity": 2}))
        late, pause = nodes.held_up(visitor.copy(), "verify", after=False)
        with pause.during(late.log_in):
            _done(visitor.post("/cart", {"item": "bread", "quantity": 1}))
        assert late.get("/me").json["subject"] == "alice"
        assert late.get("/cart").json["items"] == {"tea": 2, "bread": 1}

    def test_of_two_password_changes_at_once_one_is_made(self, nodes: TwoNodes) -> None:
        """From one browser and from two: what is answered with 200 is the password from then on."""
        passwords = ("first password", "second password")
        for number in range(ROUNDS):
            accounts = TwoNodes(nodes.scheme)
            here = accounts.browser()
            _done(here.log_in())
            there = accounts.browser() if number % 2 else here
            if there is not here:
                _done(there.log_in())
            changes = [atonce.change_password(new) for new in passwords]
            answers = accounts.at_once((here, changes[0]), (there, changes[1]))
            made = [n for n, answer in zip(passwords, answers, strict=True) if answer.status == 200]
            assert {answer.status for answer in answers} <= {200, 401, 403}
            assert len(made) == 1
            opens = [
                word
                for word in ("alice-password", *passwords)
                if accounts.browser().log_in("alice", word).status == 200
            ]
            assert made == opens

    def test_a_login_sent_twice_is_one_login_and_keeps_the_cart(self, nodes: TwoNodes) -> None:
        """A double click: whichever answer comes last, the browser is logged in, with its cart."""
        for _ in range(ROUNDS):
            here = nodes.browser()
            _done(here.post("/cart", {"item": "tea", "quantity": 2}))
            first, second = here.copy(), here.copy()
            answers = nodes.at_once((first, atonce.log_in()), (second, atonce.log_in()))
            assert [answer.status for answer in answers] == [200, 200]
            for browser in (first, second):
                assert browser.get("/me").json["subject"] == "alice"
                assert browser.get("/cart").json["items"] == {"tea": 2}
            listed = atonce.handles(first)
            assert listed is None or [_handle(first)] == [_handle(second)] == list(listed)
            first.post("/logout-everywhere")

    @pytest.fixture
    def pairs(self) -> Sequence[Pair]:
        """Return which pairs are sent at once; replace it to try fewer."""
        return PAIRS

    def test_whatever_two_requests_do_at_once_the_promises_hold(
        self, nodes: TwoNodes, pairs: Sequence[Pair]
    ) -> None:
        """Every pair, from one browser and from two, at two nodes."""
        for first, second, one_browser in pairs:
            _Pair(nodes.scheme, first, second, one_browser).hold()


class _Pair:
    """Two requests at once, and what must be so afterwards."""

    def __init__(self, scheme: Scheme, first: str, second: str, one_browser: bool) -> None:
        self.name = f"{first} and {second} from {'one browser' if one_browser else 'two'}"
        self.kinds = (first, second)
        self.scheme = scheme
        self.nodes = TwoNodes(scheme)
        self.here = self.nodes.browser()
        _done(self.here.post("/cart", {"item": "salt", "quantity": 1}))
        _done(self.here.log_in())
        before = self.here.holds()
        _done(self.here.post("/cart", {"item": "pepper", "quantity": 1}))
        self.travels = before != self.here.holds()
        self.one_browser = one_browser
        self.there = self.here if one_browser else self.nodes.browser(1)
        if not one_browser:
            _done(self.there.log_in())
        self.other = self.nodes.browser()
        _done(self.other.log_in())
        self.thieves = [self.here.copy(), self.there.copy(), self.other.copy()]
        self.removed = _handle(self.other)

    def hold(self) -> None:
        """Send both, and hold the state afterwards to what was answered."""
        pairs = zip((self.here, self.there), self.kinds, strict=True)
        first, second = [(visitor, self._request(kind)) for visitor, kind in pairs]
        answers = self.nodes.at_once(first, second)
        for kind, answer in zip(self.kinds, answers, strict=True):
            assert answer.status in (200, 401, 403, 404), (self.name, kind, answer.status)
        done = {kind for kind, a in zip(self.kinds, answers, strict=True) if a.status == 200}
        self._passwords(done)
        if self.scheme.strength == "immediate":
            self._the_dead(done, answers)
        self._cart(done)
        self._clean_up()

    def _passwords(self, done: set[str]) -> None:
        opens = [
            self.nodes.browser().log_in("alice", word).status == 200
            for word in ("alice-password", NEW)
        ]
        changed = "password" in done
        assert opens == [not changed, changed], self.name

    def _the_dead(self, done: set[str], answers: Sequence[Answer]) -> None:
        """No copy of before lives on where it was ended, whatever else was going on."""
        ended: list[Visitor] = []
        if "everywhere" in done or "password" in done:
            ended = self.thieves
        elif "logout" in done:
            place = self.kinds.index("logout")
            ended = [self.thieves[place]] if answers[place].status == 200 else []
        elif "removal" in done:
            ended = [self.thieves[2]]
        for thief in ended:
            assert thief.get("/me").status == 401, self.name

    def _cart(self, done: set[str]) -> None:
        """What was there is there, and what was put, in whatever the browser holds now."""
        if {"logout", "everywhere"} & done or self.travels:
            return  # It was to be gone; or the state travels: whichever answer came last is kept.
        if not self.one_browser and "password" in done:
            return  # The other one has ended.
        expected = {"salt", "pepper", *({"tea"} if "cart" in done else ())}
        found = set(self.here.get("/cart").json["items"])
        if not self.one_browser:
            found |= set(self.there.get("/cart").json["items"])
        assert expected <= found, self.name

    def _clean_up(self) -> None:
        """Leave no login behind: a scheme's state is shared by the pairs."""
        again = self.nodes.browser()
        for word in ("alice-password", NEW):
            if again.log_in("alice", word).status == 200:
                again.post("/logout-everywhere")
                return

    def _request(self, kind: str) -> Request:
        requests: dict[str, Request] = {
            "login": atonce.log_in(),
            "password": atonce.change_password(),
            "logout": atonce.log_out,
            "everywhere": atonce.log_out_everywhere,
            "renewal": atonce.renew,
            "cart": atonce.put("tea"),
            "removal": atonce.remove(self.removed),
        }
        return requests[kind]


def _handle(visitor: Visitor) -> str:
    handle: str = visitor.get("/me").json["handle"]
    return handle


def _done(answer: Answer) -> None:
    assert answer.status == 200, answer.status
