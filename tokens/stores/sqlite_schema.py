"""The tables of the SQLite store, and what clears them of the past."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS families (
    handle     TEXT PRIMARY KEY,
    subject    TEXT,
    seen_at    REAL NOT NULL,
    expires_at REAL NOT NULL,
    head       BLOB NOT NULL,
    data       BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS families_subject ON families (subject) WHERE subject IS NOT NULL;
CREATE INDEX IF NOT EXISTS families_expires_at ON families (expires_at);
CREATE TABLE IF NOT EXISTS refresh_tokens (
    handle   TEXT NOT NULL REFERENCES families (handle) ON DELETE CASCADE,
    key      BLOB NOT NULL,
    spent_at REAL,
    nonce    BLOB,
    PRIMARY KEY (handle, key)
) WITHOUT ROWID;
-- AUTOINCREMENT: a number is never given twice, though the row that had it is gone.
CREATE TABLE IF NOT EXISTS denials (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL UNIQUE,
    until    REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS denials_until ON denials (until);
CREATE TABLE IF NOT EXISTS counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counters_until ON counters (until);
CREATE TABLE IF NOT EXISTS life (only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL);
INSERT OR IGNORE INTO life VALUES (1, hex(randomblob(8)));
"""

REAP = [
    f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {due} <= ? LIMIT ?)"  # noqa: S608 - of these constants alone
    for table, key, due in (
        ("families", "handle", "expires_at"),
        ("denials", "sequence", "until"),
        ("counters", "name", "until"),
    )
]

# All spent tokens of a family but the one that was just spent, and as many of the newest.
FORGET = """
DELETE FROM refresh_tokens WHERE handle = ? AND spent_at IS NOT NULL AND key <> ?
AND key NOT IN (
    SELECT key FROM refresh_tokens WHERE handle = ? AND spent_at IS NOT NULL AND key <> ?
    ORDER BY spent_at DESC LIMIT ?
)
"""
