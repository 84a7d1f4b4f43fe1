"""Set under one name, looked for under another."""


def deliver(page, credential):
    page.set_cookie(f"session={credential}; Path=/; Secure; HttpOnly")


def find(request):
    return request.cookies.get("sid")
