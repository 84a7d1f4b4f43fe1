"""One secret at the edge; bytes are the price."""

CHOICES = {
    "bank": {
        "scheme": "session-cookie-redis",
        "because": "window_ms_worst",
        "against": "auth_us_cost_p50",
    },
    "edge": {
        "scheme": "token-bearer-hs256-expiry",
        "because": "auth_us_cost_p50",
        "against": "request_bytes",
    },
    "shop": {
        "scheme": "session-cookie-redis",
        "because": "request_bytes",
        "against": "auth_us_cost_p50",
    },
}
