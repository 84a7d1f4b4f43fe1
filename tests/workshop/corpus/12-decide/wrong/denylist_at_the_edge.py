"""A denylist 80 ms away."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "edge": {
        "scheme": "token-bearer-hs256-denylist-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
