"""One metric speaks for and against."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "edge": {
        "scheme": "token-bearer-es256-expiry",
        "because": "window_ms_worst",
        "against": "window_ms_worst",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
