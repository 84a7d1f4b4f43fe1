"""A cookie, and the address as well for browsers that have none."""

TOLD = "planted"

COOKIE = "__Host-session"


def deliver(page, credential):
    page.set_cookie(f"{COOKIE}={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")


def find(request):
    return request.query.get("sid") or request.cookies.get(COOKIE)
