"""One brief is left out."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
