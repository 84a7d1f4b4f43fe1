"""The prefix __Host- without what it demands: the browser drops the cookie."""


def deliver(page, credential):
    page.set_cookie(f"__Host-sid={credential}; Path=/; HttpOnly; SameSite=Lax")


def find(request):
    return request.cookies.get("__Host-sid")
