-- Times are microseconds since 1970 in UTC; a time that is not set is NULL.

-- +goose Up
CREATE TABLE streams (
    n        INTEGER PRIMARY KEY, -- order of creation
    stream   TEXT    NOT NULL UNIQUE,
    kind     TEXT    NOT NULL,
    protocol TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    due_at   INTEGER,
    open     INTEGER NOT NULL,
    summary  BLOB,
    updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX streams_due ON streams (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX streams_kind ON streams (kind, open);

CREATE TABLE records (
    position INTEGER PRIMARY KEY, -- grows over all streams
    stream   TEXT    NOT NULL REFERENCES streams (stream),
    seq      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    openings BLOB,
    UNIQUE (stream, seq)
) STRICT;

CREATE TABLE deliveries (
    n          INTEGER PRIMARY KEY, -- order of creation
    id         TEXT    NOT NULL UNIQUE,
    stream     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    BLOB,
    state      TEXT    NOT NULL,
    not_before INTEGER,
    created    INTEGER,
    owner      TEXT    NOT NULL DEFAULT '',
    lease      INTEGER,
    epoch      INTEGER NOT NULL DEFAULT 0,
    attempts   INTEGER NOT NULL DEFAULT 0,
    outcome    BLOB
) STRICT;
CREATE INDEX deliveries_stream ON deliveries (stream);
CREATE INDEX deliveries_pending ON deliveries (n) WHERE state IN ('queued', 'sending');

CREATE TABLE leases (
    name  TEXT    PRIMARY KEY,
    owner TEXT    NOT NULL, -- empty if nobody holds it
    until INTEGER,
    epoch INTEGER NOT NULL  -- kept when nobody holds it, so that it never repeats
) STRICT;

CREATE TABLE watches (
    key   TEXT PRIMARY KEY,
    state BLOB
) STRICT;

CREATE TABLE marks (
    mark   TEXT PRIMARY KEY,
    stream TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plans (
    hash      TEXT    PRIMARY KEY,
    protocol  TEXT    NOT NULL,
    canonical BLOB,
    files     BLOB,
    stored    INTEGER
) STRICT;

CREATE TABLE links (
    hash    TEXT PRIMARY KEY, -- of the secret; the secret itself is not kept
    kind    TEXT NOT NULL,
    person  TEXT NOT NULL,
    stream  TEXT NOT NULL,
    ref     TEXT NOT NULL,
    expires INTEGER,
    used    INTEGER
) STRICT;

CREATE TABLE sessions (
    token   BLOB PRIMARY KEY, -- SHA-256 of the token; the token itself is not kept
    data    BLOB,
    expires INTEGER
) STRICT;
CREATE INDEX sessions_expires ON sessions (expires);
