"""Metrics of journey: what a login costs over its life."""

from __future__ import annotations

from .metric import listed

JOURNEY = listed(
    "journey",
    ("journey_cpu_us", "us", "processor time of one event, app and store, over `control`"),
    ("journey_app_us", "us", "processor time of one event in the app, over `control`"),
    ("journey_store_us", "us", "processor time of one event in the store, over `control`"),
    ("journey_store_operations", "count", "store operations of one event"),
    ("journey_bytes_up", "bytes", "request of one event, over `control`"),
    ("journey_bytes_down", "bytes", "answer to one event, over `control`"),
    ("journey_latency_ms_p50", "ms", "answer to one event, one request at a time"),
    ("journey_bare_us", "us", "processor time of the same request under `control`"),
    ("journey_background_us", "us", "processor time of a node in a second without requests"),
    ("journey_request_us", "us", "processor time per request, over a login's life"),
    ("journey_login_hour_ms", "ms", "processor time per hour of a login"),
    ("journey_even_every_s", "s", "interval of requests at which two schemes cost the same"),
    ("journey_even_requests", "count", "the same as requests per token lifetime"),
    ("journey_renewals_per_s", "1/s", "renewals of a million logins"),
    ("journey_day_bytes", "bytes", "traffic of a login in a day, over `control`"),
    ("journey_pace", "ratio", "cost of a request in a journey over its cost in a batch"),
    ("journey_measured_us", "us", "processor time per request, measured in a whole journey"),
    ("journey_foretold_us", "us", "the same, foretold from the prices"),
    ("journey_error_percent", "percent", "what the prediction misses the measured figure by"),
    ("journey_error_percent_worst", "percent", "the largest of these"),
)
