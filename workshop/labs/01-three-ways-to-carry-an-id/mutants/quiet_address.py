"""Still in the address, but no other site is told of it."""

TOLD = "access log"


def deliver(page, credential):
    page.add_to_links("sid", credential)
    page.set_header("Referrer-Policy", "no-referrer")


def find(request):
    return request.query.get("sid")
