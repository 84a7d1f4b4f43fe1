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

# Clears away `SWEPT` of each kind of what is long past, as `REAP` does.
CREATE = """
WITH swept_families AS (
    DELETE FROM {schema}.families WHERE handle = ANY (ARRAY (SELECT handle FROM {schema}.families
    WHERE expires_at <= $8 LIMIT 8 FOR UPDATE SKIP LOCKED))
), swept_denials AS (
    DELETE FROM {schema}.denials WHERE name = ANY (ARRAY (SELECT name FROM {schema}.denials
    WHERE until <= $8 LIMIT 8 FOR UPDATE SKIP LOCKED))
), swept_counters AS (
    DELETE FROM {schema}.counters WHERE name = ANY (ARRAY (SELECT name FROM {schema}.counters
    WHERE until <= $8 LIMIT 8 FOR UPDATE SKIP LOCKED))
), made AS (
    INSERT INTO {schema}.families (handle, subject, seen_at, expires_at, head, data)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING handle
)
INSERT INTO {schema}.refresh_tokens (handle, key) SELECT handle, $7 FROM made
"""

# The current key begins with the same `LINEAGE_BYTES`, or the key is kept.
READ = """
SELECT head, seen_at, data FROM {schema}.families WHERE handle = $1 AND EXISTS (
    SELECT FROM {schema}.refresh_tokens WHERE handle = $1 AND (key = $2 OR spent_at IS NULL
    AND substr(key, 1, 16) = substr($2, 1, 16))
)
"""

LOOK = """
SELECT token.spent_at, token.nonce, current.key FROM {schema}.families
LEFT JOIN {schema}.refresh_tokens AS token ON token.handle = $1 AND token.key = $2
LEFT JOIN {schema}.refresh_tokens AS current ON current.handle = $1 AND current.spent_at IS NULL
WHERE families.handle = $1
"""

# Keeps `SPENT_KEPT`: the one that is spent here, and the newest of the others.
ROTATE = """
WITH spent AS (
    UPDATE {schema}.refresh_tokens SET spent_at = $5, nonce = $4 WHERE handle = $1 AND key = $2
), current AS (
    INSERT INTO {schema}.refresh_tokens (handle, key) VALUES ($1, $3)
), forgotten AS (
    DELETE FROM {schema}.refresh_tokens WHERE handle = $1 AND key IN (
        SELECT key FROM {schema}.refresh_tokens WHERE handle = $1 AND spent_at IS NOT NULL
        ORDER BY spent_at DESC OFFSET 15
    )
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
