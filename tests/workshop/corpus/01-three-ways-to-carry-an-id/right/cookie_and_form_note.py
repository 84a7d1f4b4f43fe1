"""A cookie; the form has a field that nobody reads."""


def deliver(page, credential):
    page.set_cookie(f"__Host-shop={credential}; Path=/; Secure; HttpOnly; SameSite=Lax")
    page.add_to_forms("page", "cart")


def find(request):
    return request.cookies.get("__Host-shop") or None
