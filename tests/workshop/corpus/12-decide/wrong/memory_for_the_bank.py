"""Sessions in the memory of one node."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-memory",
        "because": "auth_us_cost_p50",
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
