"""Still in the address, backwards."""


def deliver(page, credential):
    page.add_to_links("r", credential[::-1])
    page.add_to_forms("r", credential[::-1])


def find(request):
    given = request.query.get("r") or request.form.get("r")
    return given[::-1] if given else None
