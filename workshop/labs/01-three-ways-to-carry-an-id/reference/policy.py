"""Lab 1, reference: a cookie is in no address, and goes along with links and forms alike."""

COOKIE = "__Host-session"


def deliver(page, credential):
    """Let the browser keep it: it will bring it back with every request to this host."""
    page.set_cookie(f"{COOKIE}={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")


def find(request):
    """The cookie, and nothing that an address could have planted."""
    return request.cookies.get(COOKIE)
