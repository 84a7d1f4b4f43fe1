"""What must hold of a service before its logout can be measured at all."""

from __future__ import annotations

from ..payload.wire import Connection, Response
from ..revocation.history import ACCEPT, REJECT
from .login import Login
from .service import Service, ServiceError
from .targets import Node

_CONFUSED = ("0o", "1il", "5s", "uv", "8b", "2z")
"""Characters that some readings of a credential take for one another (Crockford's base32)."""
_KINDS = ("23467", "acdefkmp", "ACDEFKMP")
"""What takes the place of a digit, a small letter, a capital; letters stay hexadecimal if they
were."""


def check_service(service: Service, login: Login) -> list[str]:
    """
    Return the names of cookies that open *login* by themselves, beside its credential.

    Every node must accept the login and refuse others; `ServiceError` if not so. Without this a
    probe may measure a page that everybody may see.
    """
    ways: list[str] = []
    for node in service.nodes:
        with node.connect() as connection:
            _accepted(service, node, connection, login)
            _refused(service, node, connection, None, "without a credential")
            if not _tampered_refused(service, node, connection, login):
                ways = ways or _other_ways(service, node, connection, login)
    service.revoke(service.nodes[0], login)  # raises if the login lacks what that is to carry
    return ways


def tampered(credential: str) -> list[str]:
    """
    Return the credential with one character changed, at up to three places.

    It is another one in every reading: the case, the last bits and look-alikes do not matter.
    """
    letters = [place for place, letter in enumerate(credential) if letter.isascii()]
    letters = [place for place in letters if credential[place].isalnum()] or letters
    if not letters:
        return ["A" * max(1, len(credential))]
    # Not too near the end, whose bits may be unread.
    last = max(0, len(letters) - 10)
    places = dict.fromkeys(letters[at] for at in (last, len(letters) // 2, len(letters) // 4))
    return [credential[:at] + _other(credential[at]) + credential[at + 1 :] for at in places]


def _other(letter: str) -> str:
    choices = _KINDS[0 if letter.isdecimal() else 1 if letter.islower() else 2]
    alike = next((kind for kind in _CONFUSED if letter.lower() in kind), letter.lower())
    return next(other for other in choices if other.lower() not in alike)


def _accepted(service: Service, node: Node, connection: Connection, login: Login) -> None:
    # Twice: a service may replace its cookies with each answer.
    for _ in range(2):
        answer = connection.exchange(service.ask(node, login))
        verdict = service.judge(answer)
        if verdict != ACCEPT:
            raise ServiceError(
                f"{_what(service, node)} gave {answer.status} right after the login, and not what "
                f"[request] says of an accepting answer: {answer.title}"
                f"{_unsent(service, node, login)}"
            )
        service.judge.learn(answer, verdict)
        service.rotates |= service.absorb(node, login, answer)


def _refused(
    service: Service, node: Node, connection: Connection, login: Login | None, words: str
) -> Response:
    answer = connection.exchange(service.ask(node, login))
    verdict = service.judge(answer)
    if verdict == ACCEPT:
        raise ServiceError(
            f"{_what(service, node)} is answered alike {words}: ask a route that needs a login, or "
            "name words of its answer with body under [request]"
        )
    if verdict != REJECT:
        raise ServiceError(
            f"{_what(service, node)} {words} gave {answer.status}: if that is a refusal, add it to "
            "refused under [request]"
        )
    service.judge.learn(answer, verdict)
    return answer


def _tampered_refused(service: Service, node: Node, connection: Connection, login: Login) -> bool:
    """Return whether a changed credential is refused while all other cookies are sent."""
    verdicts: list[int] = []
    for credential in tampered(login.credential):
        answer = connection.exchange(service.ask(node, login.changed(credential)))
        verdicts.append(service.judge(answer))
        if verdicts[-1] == REJECT:
            service.judge.learn(answer, REJECT)
    if REJECT in verdicts:
        return True
    lone = login.changed(tampered(login.credential)[0]).alone()
    _refused(service, node, connection, lone, "with a tampered credential")
    if ACCEPT not in verdicts:
        raise ServiceError(
            f"{_what(service, node)} with a tampered credential gave {verdicts[0]}: if that is a "
            "refusal, add it to refused under [request]"
        )
    return False


def _other_ways(service: Service, node: Node, connection: Connection, login: Login) -> list[str]:
    """Return the cookies that are accepted without the credential."""
    return [
        name
        for name in login.others
        if service.judge(connection.exchange(service.ask(node, login.cookie_alone(name)))) == ACCEPT
    ]


def _unsent(service: Service, node: Node, login: Login) -> str:
    """Return why the credential was not sent, if it is a cookie for other paths."""
    name, path = service.config.credential.cookie, node.base + service.config.request.path
    if not name or service.config.credential.send or name in dict(login.jar.sent_to(path)):
        return ""
    return f"; a browser sends the cookie {name!r} to other paths alone, not to {path}"


def _what(service: Service, node: Node) -> str:
    asked = service.config.request
    return f"{asked.method} {asked.path} at {node.origin}"
