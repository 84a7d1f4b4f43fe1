"""Whatever in the address looks long enough is the ID."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential}; Path=/; Secure; HttpOnly")


def find(request):
    for value in request.query.values():
        if len(value) > 30:
            return value
    return request.cookies.get("sid")
