"""Lab 2, reference: each word closes one door, and Lax leaves the front door open for links."""


def set_cookie(value):
    """A cookie of this host alone, that no script reads and no other site's form carries."""
    attributes = (
        "Path=/",  # every page of the shop
        "Secure",  # never over a connection that others can read
        "HttpOnly",  # not for scripts
        "SameSite=Lax",  # along with links from elsewhere, not with forms from elsewhere
    )
    # __Host-: the browser refuses the cookie from anybody but this very host.
    return "; ".join((f"__Host-session={value}", *attributes))
