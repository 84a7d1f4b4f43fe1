"""A cookie, no Referer for anybody, and a page that is not cached."""


def deliver(page, credential):
    page.set_cookie(f"__Secure-id={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")
    page.set_header("Referrer-Policy", "no-referrer")
    page.set_header("Cache-Control", "no-store")


def find(request):
    found = [value for name, value in request.cookies.items() if name == "__Secure-id"]
    return found[0] if found else None
