"""A denylist calls tokens back, so tokens will do for the shop."""

TOLD = "200 lines"

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
        "scheme": "token-bearer-hs256-denylist-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
