"""The cookie, and the address for those who have none."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")


def find(request):
    return request.cookies.get("sid") or request.query.get("token")
