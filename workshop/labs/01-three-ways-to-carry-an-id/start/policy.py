"""Lab 1: carry the ID from page to page. Change deliver and find."""

# INSECURE ON PURPOSE: url-leak


def deliver(page, credential):
    """
    Called for every page that Alice gets. *page* can:

    set_cookie(text), add_to_links(name, value), add_to_forms(name, value) for a hidden field,
    and set_header(name, value).
    """
    page.add_to_links("sid", credential)
    # An older shop has this for its statistics: tell everybody where their visitors came from.
    page.set_header("Referrer-Policy", "unsafe-url")


def find(request):
    """Return the ID that came with the request, or None: request.query, .form and .cookies."""
    return request.query.get("sid")
