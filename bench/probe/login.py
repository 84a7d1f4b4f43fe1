"""One login: what the service handed out, and what of it a request carries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from ..payload.wire import Headers, Response
from ..processes.children import BenchError
from . import filling
from .config import Credential
from .cookies import Jar, as_text

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][\w-]*) +(?P<credential>[^\s,;=]+=*)")
_IN_A_PATH = "".join(chr(code) for code in range(33, 127) if chr(code) not in '#%?"<>\\^`{|}')


class ServiceError(BenchError):
    """The service does not do what its description says; the message has what it did."""


@dataclass(frozen=True)
class Login:
    """
    One login, with a jar that follows what later answers set.

    `carries_line` is False for one that sends its cookies alone.
    """

    where: Credential
    response: Response
    jar: Jar
    taken: str
    """The credential as the login handed it out, without a scheme such as Bearer."""
    scheme: str = ""
    carries_line: bool = True

    @property
    def credential(self) -> str:
        """The credential as it is now: a cookie may have been replaced since."""
        now = self.jar.value(self.where.cookie) if self.where.cookie else None
        return now or self.taken

    @property
    def others(self) -> list[str]:
        """The names of the cookies that are not the credential."""
        return [name for name in self.jar.names() if name != self.where.cookie]

    def copy(self) -> Login:
        """Return a copy whose cookies go their own way."""
        return replace(self, jar=self.jar.copy())

    def changed(self, credential: str) -> Login:
        """Return a copy with another *credential*, and all else as it is."""
        return replace(self, jar=self.jar.changed(self.where.cookie, credential), taken=credential)

    def alone(self) -> Login:
        """Return a copy that carries the credential and no other cookie."""
        return replace(self, jar=self.jar.only(self.where.cookie))

    def cookie_alone(self, name: str) -> Login:
        """Return a copy that carries the cookie *name* and nothing else."""
        return replace(self, jar=self.jar.only(name), carries_line=False)

    def headers(self, given: dict[str, str], path: str) -> Headers:
        """
        Return the header fields of a request for *path* whose description has *given*.

        There is one `Cookie` field: a pair that the description has replaces one of the jar.
        """
        fields = dict(self._line())
        for name, template in given.items():
            fields = {key: value for key, value in fields.items() if key.lower() != name.lower()}
            fields[name] = self.in_header(template)
        line = [value for key, value in self._line() if key.lower() == "cookie"]
        own = [value for key, value in fields.items() if key.lower() == "cookie"]
        said = _pairs([*line, *own])
        cookies = [pair for pair in self.jar.sent_to(path) if pair[0] not in said]
        cookies += said.items()
        found = [(key, value) for key, value in fields.items() if key.lower() != "cookie"]
        if cookies:
            found.append(("Cookie", "; ".join(f"{k}={v}" if k else v for k, v in cookies)))
        return tuple(found)

    def in_header(self, template: str) -> str:
        """Return *template* filled in; `ServiceError` if that is no header."""
        value = filling.fill(template, self.found)
        if any(ord(letter) < 32 and letter != "\t" for letter in value):
            raise ServiceError(f"the answer to the login has line ends in what {template!r} takes")
        return value

    def in_path(self, template: str) -> str:
        """Return a path filled in; what is filled into its query is encoded."""
        before, mark, query = template.partition("?")
        path = filling.fill(before, lambda *at: quote(self.found(*at), safe=_IN_A_PATH))
        return path + mark + filling.fill(query, lambda *at: quote(self.found(*at), safe=""))

    def in_json(self, value: Any) -> Any:
        """Return a JSON *value* filled in."""
        return filling.filled(value, self.found)

    def found(self, kind: str, name: str) -> str:
        """Return what a placeholder stands for; `ServiceError` if the login has none."""
        if kind == "credential":
            return self.credential
        found = self.jar.value(name)
        if kind == "json":
            found = filling.field(self.response.json(), name)
        if found is None:
            place = f"{{{kind}:{name}}}"
            why = self.jar.dropped.get(name, "") if kind == "cookie" else ""
            raise ServiceError(
                f"the answer to the login has nothing for {place}"
                + (f": a browser drops that cookie, since {why}" if why else "")
            )
        return filling.as_words(found)

    def _line(self) -> Headers:
        """Return the field that carries the credential; none where the jar does."""
        where = self.where
        if not self.carries_line or (where.cookie and not where.send):
            return ()
        usual = f"{where.header or 'Authorization'}: {{credential}}"
        name, _, template = (where.send or usual).partition(":")
        if template.strip() == "{credential}":
            # As it came; what came without a scheme in a body is a bearer token (RFC 6750).
            bearer = "" if where.header or where.send else "Bearer "
            template = (self.scheme or bearer) + "{credential}"
        return ((name, self.in_header(template.strip())),)


def take(where: Credential, response: Response, jar: Jar) -> Login:
    """Return the login that *response* is the answer to; `ServiceError` if it has none."""
    if where.cookie:
        found, place = jar.value(where.cookie), f"cookie {where.cookie!r}"
    elif where.header:
        values = response.all(where.header.lower())
        found, place = as_text(values[0]) if values else None, f"header {where.header!r}"
    else:
        found, place = filling.field(response.json(), where.json), f"JSON field {where.json!r}"
    if not isinstance(found, str) or not found:
        why = jar.dropped.get(where.cookie, "")
        raise ServiceError(
            f"the answer to the login has no {place}"
            + (f" that a browser keeps: {why}" if why else "")
            + ": see [credential] in the description"
        )
    apart = None if where.cookie else _SCHEME.fullmatch(found)
    if apart is None:
        return Login(where, response, jar, found)
    return Login(where, response, jar, apart["credential"], apart["scheme"] + " ")


def _pairs(lines: Iterable[str]) -> dict[str, str]:
    """Return the pairs of Cookie headers, by name; a later one replaces an earlier one."""
    found: dict[str, str] = {}
    for pair in (pair.strip() for line in lines for pair in line.split(";")):
        if pair:
            name, sign, value = pair.partition("=")
            found[name if sign else ""] = value if sign else name
    return found
