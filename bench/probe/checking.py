"""What must hold of a service before its logout can be measured at all."""

from __future__ import annotations

from ..revocation.history import ACCEPT
from .service import Login, Service, ServiceError


def check_service(service: Service) -> Login:
    """A login that every node accepts, where each refuses others; `ServiceError` if not so.

    Without this a probe may measure a page that everybody may see.
    """
    with service.nodes[0].connect() as connection:
        login = service.log_in(service.nodes[0], connection)
    asked = service.config.request
    what = f"{asked.method} {asked.path}"
    for node in service.nodes:
        where = f"{what} at {node.origin}"
        with node.connect() as connection:
            accepted = connection.exchange(service.ask(node, login))
            if service.judge(accepted) != ACCEPT:
                raise ServiceError(
                    f"{where} gave {accepted.status} right after the login, and not what [request] "
                    f"says of an accepting answer: {accepted.title}"
                )
            for words, raw in (
                ("without a credential", service.ask(node, None)),
                ("with a tampered credential", service.ask(node, login, tampered(login))),
            ):
                answer = connection.exchange(raw)
                if service.judge(answer) == ACCEPT:
                    raise ServiceError(
                        f"{where} is answered alike {words}: ask a route that needs a login, or "
                        "name words of its answer with body under [request]"
                    )
                if answer.status not in asked.refused:
                    raise ServiceError(
                        f"{where} {words} gave {answer.status}: if that is a refusal, add it to "
                        "refused under [request]"
                    )
    return login


def tampered(login: Login) -> str:
    """The credential with one character changed, not too near its end, whose bits may be unread."""
    credential = login.credential
    place = max(0, len(credential) - 10)
    other = "A" if credential[place] != "A" else "B"
    return credential[:place] + other + credential[place + 1 :]
