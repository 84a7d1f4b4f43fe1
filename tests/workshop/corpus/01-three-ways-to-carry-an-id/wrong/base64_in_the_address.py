"""Still in the address, in base64."""

import base64


def deliver(page, credential):
    page.add_to_links("s", base64.urlsafe_b64encode(credential.encode()).decode())
    page.add_to_forms("s", base64.urlsafe_b64encode(credential.encode()).decode())


def find(request):
    given = request.query.get("s") or request.form.get("s")
    try:
        return base64.urlsafe_b64decode(given).decode() if given else None
    except ValueError:
        return None
