"""The built-in schemes, as a table; each is an entry point in pyproject.toml."""

from __future__ import annotations

from .controls import Control
from .sessions import SessionScheme
from .tokens import TokenScheme

control = Control()
control_delay_100us = Control(delay_us=100)

session_cookie_memory = SessionScheme("cookie", "memory")
session_cookie_sqlite = SessionScheme("cookie", "sqlite")
session_cookie_redis = SessionScheme("cookie", "redis")
session_cookie_redis_cached = SessionScheme("cookie", "redis", cached=True)
session_cookie_postgres = SessionScheme("cookie", "postgres")
session_bearer_redis = SessionScheme("bearer", "redis")

token_bearer_hs256_expiry = TokenScheme("bearer", "HS256", "expiry")
token_bearer_rs256_expiry = TokenScheme("bearer", "RS256", "expiry")
token_bearer_ps256_expiry = TokenScheme("bearer", "PS256", "expiry")
token_bearer_es256_expiry = TokenScheme("bearer", "ES256", "expiry")
token_bearer_eddsa_expiry = TokenScheme("bearer", "EdDSA", "expiry")
token_bearer_hs256_denylist_sqlite = TokenScheme("bearer", "HS256", "denylist", "sqlite")
token_bearer_hs256_denylist_redis = TokenScheme("bearer", "HS256", "denylist", "redis")
token_bearer_hs256_denylist_postgres = TokenScheme("bearer", "HS256", "denylist", "postgres")
token_bearer_es256_denylist_redis = TokenScheme("bearer", "ES256", "denylist", "redis")
token_bearer_hs256_generation_redis = TokenScheme("bearer", "HS256", "generation", "redis")
token_bearer_hs256_snapshot_redis = TokenScheme("bearer", "HS256", "snapshot", "redis")
token_bearer_hs256_pushed_redis = TokenScheme("bearer", "HS256", "pushed", "redis")
token_bearer_hs256_statuslist_redis = TokenScheme("bearer", "HS256", "statuslist", "redis")
token_bearer_hs256_filter_redis = TokenScheme("bearer", "HS256", "filter", "redis")
token_cookie_hs256_expiry = TokenScheme("cookie", "HS256", "expiry")
token_cookie_hs256_denylist_redis = TokenScheme("cookie", "HS256", "denylist", "redis")
