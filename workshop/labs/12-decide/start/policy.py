"""Lab 12: choose for three briefs. Change CHOICES.

Briefs: bank, edge, shop; `python -m workshop card` shows them, and your numbers. For each a scheme,
one metric that speaks *for* it and one that speaks *against* it: auth_us_cost_p50 (what a check
costs), window_ms_worst (how long a revoked credential worked), request_bytes (what a request
carries). A metric speaks against a choice if another scheme on the card is better in it.
"""

CHOICES = {
    "bank": {"scheme": "token-bearer-hs256-expiry", "because": "auth_us_cost_p50", "against": ""},
    "edge": {"scheme": "token-bearer-hs256-expiry", "because": "auth_us_cost_p50", "against": ""},
    "shop": {"scheme": "token-bearer-hs256-expiry", "because": "auth_us_cost_p50", "against": ""},
}
