"""The longer SQL of the PostgreSQL store: what takes more than a line to say in one statement."""

# Skip what is locked: somebody is at it, or clearing it away already.
REAP = [
    f"DELETE FROM {{schema}}.{table} WHERE {key} = ANY (ARRAY ("  # noqa: S608 - of these constants alone
    f"SELECT {key} FROM {{schema}}.{table} WHERE {due} <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))"
    for table, key, due in (
        ("families", "handle", "expires_at"),
        ("denials", "name", "until"),
        ("counters", "name", "until"),
    )
]

LOOK = """
SELECT spent_at, nonce,
       (SELECT key FROM {schema}.refresh_tokens WHERE handle = $1 AND spent_at IS NULL)
FROM {schema}.refresh_tokens WHERE handle = $1 AND key = $2
"""

ROTATE = """
WITH spent AS (
    UPDATE {schema}.refresh_tokens SET spent_at = $5, nonce = $4 WHERE handle = $1 AND key = $2
), current AS (
    INSERT INTO {schema}.refresh_tokens (handle, key) VALUES ($1, $3)
)
UPDATE {schema}.families SET seen_at = $5, expires_at = $6 WHERE handle = $1
"""

DENY = """
INSERT INTO {schema}.denials AS known (name, until)
SELECT decode(substr(part, 2), 'hex'), $2 FROM string_to_table($1, ',') AS part
ON CONFLICT (name) DO UPDATE SET until = excluded.until, sequence = excluded.sequence
WHERE known.until < excluded.until
RETURNING sequence
"""

# The timeline is another one after a standby took over, or a backup was played back: either may
# have lost the last numbers, and will give them to others.
SINCE = """
SELECT life.name, since, sequence, denials.name, until
FROM (SELECT name || ' ' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS name
      FROM {schema}.life) AS life
CROSS JOIN LATERAL (SELECT CASE WHEN life.name = $1 THEN $2::bigint ELSE 0 END AS since) AS known
LEFT JOIN LATERAL (
    SELECT sequence, name, until FROM {schema}.denials
    WHERE sequence > since ORDER BY sequence LIMIT $3
) AS denials ON true
ORDER BY sequence
"""
