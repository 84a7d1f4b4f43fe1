"""A token in a cookie at the edge; the window is the price."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "edge": {
        "scheme": "token-cookie-hs256-expiry",
        "because": "auth_us_cost_p50",
        "against": "window_ms_worst",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
