"""In the address as hex, in two parts."""


def deliver(page, credential):
    text = credential.encode().hex()
    page.add_to_links("p", text[:20])
    page.add_to_links("q", text[20:])
    page.add_to_forms("p", text[:20])
    page.add_to_forms("q", text[20:])


def find(request):
    place = request.query or request.form
    try:
        return bytes.fromhex(place.get("p", "") + place.get("q", "")).decode() or None
    except ValueError:
        return None
