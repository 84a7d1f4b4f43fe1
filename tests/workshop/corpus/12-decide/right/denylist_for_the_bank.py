"""Tokens with a denylist for the bank."""

CHOICES = {
    "bank": {
        "scheme": "token-bearer-hs256-denylist-redis",
        "because": "window_ms_worst",
        "against": "request_bytes",
    },
    "edge": {
        "scheme": "token-bearer-es256-expiry",
        "because": "auth_us_cost_p50",
        "against": "window_ms_worst",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
