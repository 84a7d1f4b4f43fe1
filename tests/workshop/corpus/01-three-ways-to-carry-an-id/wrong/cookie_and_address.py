"""A cookie, and in the links all the same, for the statistics."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")
    page.add_to_links("ref", credential)


def find(request):
    return request.cookies.get("sid")
