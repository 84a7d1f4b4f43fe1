"""What speaks against it speaks for it."""

TOLD = "for session-cookie-redis and against"

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "window_ms_worst",
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
