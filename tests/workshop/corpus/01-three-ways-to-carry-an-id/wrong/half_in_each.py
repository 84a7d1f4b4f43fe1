"""One half in the cookie, the other in the address."""


def deliver(page, credential):
    page.set_cookie(f"sid={credential[:20]}; Path=/; Secure; HttpOnly; SameSite=Lax")
    page.add_to_links("rest", credential[20:])
    page.add_to_forms("rest", credential[20:])


def find(request):
    rest = request.query.get("rest") or request.form.get("rest") or ""
    return request.cookies.get("sid", "") + rest or None
