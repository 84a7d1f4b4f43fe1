"""Which metric is the headline: the time that a scheme adds to the application's answer.

It holds all that a scheme adds in the app: reading the credential, the check, the cross-origin
check, headers of the answer. The check alone (`auth_us`) is a part of it. One screen never mixes
the two without saying so.
"""

from __future__ import annotations

QUANTITY = "app_us"
LAYER = "app"
"""The layer that its rows, and those of its noise floor, name."""
COST = f"{QUANTITY}_cost_p50"
"""Over `control`."""
DIFFERENCE = f"{QUANTITY}_difference_p50"
RATIO = "session_token_app_ratio_p50"
STORE_MS = 0.5
"""Round trip to the store that the headline is of, until the reader sets another."""
