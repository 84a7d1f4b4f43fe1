"""A cookie, and no Referer at all."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")
    page.set_header("Referrer-Policy", "no-referrer")


def find(request):
    return request.cookies.get("sid") or None
