"""The best number of all as the price."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "edge": {
        "scheme": "token-bearer-es256-expiry",
        "because": "auth_us_cost_p50",
        "against": "window_ms_worst",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "auth_us_cost_p50",
        "against": "request_bytes",
    },
}
