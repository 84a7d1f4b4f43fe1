"""INSECURE ON PURPOSE: policies that each have one fault, by the name of the fault.

For the workshop's attacks, which must be seen to work before a defence means anything. Nothing
outside the workshop imports this package, and `demo.app.create_app` cannot reach it.
"""

from __future__ import annotations

from ..shop.policy import Policy
from .carrying import CARRYING
from .forgery import FORGERY
from .logins import LOGINS
from .pages import PAGES
from .revocation import REVOCATION

POLICIES: dict[str, Policy] = {
    policy.marker: policy for policy in (*LOGINS, *CARRYING, *PAGES, *FORGERY, *REVOCATION)
}
"""One named policy a fault; workshop/labs/labs.toml names the same ones."""
