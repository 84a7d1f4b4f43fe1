"""What an answer says of its credential: accepted, refused, or nothing."""

from __future__ import annotations

import json
import re
from urllib.parse import urljoin, urlsplit

from ..payload.wire import Response
from ..revocation.history import ACCEPT, REJECT
from .config import Asked

SOMEBODY_ELSE = -1
"""A status of acceptance without the words that an accepting answer has."""
ALIKE = 0.5
"""The share of common words from which two pages are one page."""
_WORD = re.compile(rb"[A-Za-z]{3,}")


class Judge:
    """
    Tells answers apart by the description, and by what was seen right after a login.

    An answer that could be a refusal by its status alone, a redirect or a page with 200, must be
    like a refusal that was seen: an error page or a redirect to elsewhere is no evidence.
    """

    def __init__(self, asked: Asked, path: str = "/") -> None:
        self._asked = asked
        self._path = path
        # Many services write JSON in ASCII.
        self._words = {asked.body.encode(), json.dumps(asked.body)[1:-1].encode()}
        self._accepted_at: set[str] = set()
        self._refused_at: set[str] = set()
        self._pages: list[set[bytes]] = []

    def __call__(self, response: Response) -> int:
        """Return `ACCEPT`, `REJECT`, or the status of an answer that is neither."""
        status = response.status
        may_refuse = status in self._asked.refused
        has_words = any(words in response.body for words in self._words)
        may_accept = status in self._asked.status and has_words
        if 300 <= status < 400:
            place = self._place(response)
            may_accept &= not self._accepted_at or place in self._accepted_at
            may_refuse &= not self._refused_at or place in self._refused_at
        elif may_refuse and not may_accept and status in self._asked.status:
            may_refuse = not self._pages or any(_alike(_words(response), p) for p in self._pages)
        if may_accept:
            return ACCEPT
        if may_refuse:
            return REJECT
        return SOMEBODY_ELSE if status in (ACCEPT, REJECT) else status

    def learn(self, response: Response, verdict: int) -> None:
        """Remember an answer whose meaning is known."""
        if 300 <= response.status < 400:
            places = self._accepted_at if verdict == ACCEPT else self._refused_at
            places.add(self._place(response))
        elif verdict == REJECT and response.status in self._asked.status:
            self._pages.append(_words(response))

    def _place(self, response: Response) -> str:
        """Return where a redirect leads, without its query: that may name the page left."""
        parts = urlsplit(urljoin(self._path, next(iter(response.all("location")), "")))
        return parts.netloc + parts.path


def _words(response: Response) -> set[bytes]:
    return set(_WORD.findall(response.body))


def _alike(one: set[bytes], other: set[bytes]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)
