"""Metrics of payload: bytes of a request, of an answer, in the store, and what refuses them."""

from __future__ import annotations

from .metric import listed

PAYLOAD = listed(
    "payload",
    ("request_bytes", "bytes", "request over `control`, HTTP/1.1 at the socket"),
    ("request_bytes_total", "bytes", "the same request whole"),
    ("response_bytes_login", "bytes", "answer to a login at the socket"),
    ("response_bytes", "bytes", "answer to a plain request at the socket"),
    ("request_bytes_h2_first", "bytes", "credential's share of the first request under HPACK"),
    ("request_bytes_h2_steady", "bytes", "credential's share of later requests under HPACK"),
    ("request_bytes_h2_first_total", "bytes", "the same, all headers"),
    ("request_bytes_h2_steady_total", "bytes", "the same, all headers"),
    ("credential_bytes", "bytes", "the credential as the client holds it"),
    ("bytes_per_claim", "bytes", "growth of a request with one more claim"),
    ("claims_max", "count", "claims before the scheme refuses to issue"),
    ("store_bytes_per_session", "bytes", "store memory for one live session"),
    ("store_bytes_per_revocation", "bytes", "store memory for one revocation"),
    ("header_field_limit_bytes", "bytes", "longest value of one header that the server accepts"),
    ("headers_limit_bytes", "bytes", "most bytes of all headers that the server accepts"),
    ("status_beyond", "code", "status that the server gives beyond its limit"),
    ("headers_status_beyond", "code", "status that the server gives beyond that"),
    ("h2_cliff_bytes", "bytes", "credential from which HTTP/2 sends it whole every time"),
    ("silent_cookie_bytes", "bytes", "cookie that the browser drops without a word"),
    ("traffic_up_gb", "GB", "what the credential adds to requests, for a stated traffic"),
    ("traffic_down_gb", "GB", "what the scheme adds to answers, for a stated traffic"),
)
