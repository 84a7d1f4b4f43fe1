"""A cookie for the cart's pages alone."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential}; Path=/cart; Secure; HttpOnly; SameSite=Lax")


def find(request):
    return request.cookies.get("sid")
