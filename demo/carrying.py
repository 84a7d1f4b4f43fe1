"""Links and forms that carry the credential, where nothing else does: templates use these.

`{{ carried() }}` belongs in every form, `url_for` in every link, and `{{ link_to(url, text) }}`
makes a link that works under every transport.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from markupsafe import Markup

from .parameters import METHOD, understand_method

if TYPE_CHECKING:
    from .gate import Gate


def register_carrying(app: Flask, gate: Gate) -> None:
    """Add to *app*'s templates what links and forms need under its transport."""
    transport = gate.transport
    in_forms = transport.on_pages and not transport.redirects

    def parameters() -> dict[str, str]:
        if not (transport.in_address or in_forms):
            return {}
        held = gate.credential()
        return {} if held is None else transport.parameters(held, gate.renewal())

    def carried() -> Markup:
        field = Markup('<input type="hidden" name="{}" value="{}">')
        pairs = parameters().items() if in_forms else ()
        return Markup("").join(field.format(name, value) for name, value in pairs)

    def link_to(url: str, text: str) -> Markup:
        if not in_forms:
            return Markup('<a href="{}">{}</a>').format(url, text)
        # A link would be a GET without a body: whoever follows it is a stranger.
        form = Markup(
            '<form method="post" action="{}?{}=GET" class="inline">{}<button>{}</button></form>'
        )
        return form.format(url, METHOD, carried(), text)

    def inject(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static":
            values.update(parameters())

    if transport.in_address:
        app.url_defaults(inject)
    if in_forms:
        app.wsgi_app = understand_method(app.wsgi_app)  # type: ignore[method-assign, assignment]  # as Flask documents it
    app.jinja_env.globals.update(carried=carried, link_to=link_to)
