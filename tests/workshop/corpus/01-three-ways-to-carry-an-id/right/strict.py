"""A cookie with SameSite=Strict and a plain name."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential}; Path=/; Secure; HttpOnly; SameSite=Strict")


def find(request):
    return request.cookies.get("sid")
