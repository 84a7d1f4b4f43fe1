"""A short name for the ID in the address; the server knows which is meant."""

ALIASES = {}


def deliver(page, credential):
    alias = str(1000 + len(ALIASES))
    ALIASES[alias] = credential
    page.add_to_links("a", alias)
    page.add_to_forms("a", alias)


def find(request):
    return ALIASES.get(request.query.get("a") or request.form.get("a"))
