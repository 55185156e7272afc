-- Times are microseconds since 1970 in UTC; a time that is not set is NULL.

-- +goose Up
CREATE TABLE streams (
    n        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of creation
    stream   TEXT    NOT NULL UNIQUE,
    kind     TEXT    NOT NULL,
    protocol TEXT    NOT NULL,
    version  BIGINT  NOT NULL,
    due_at   BIGINT,
    open     BOOLEAN NOT NULL,
    summary  BYTEA,
    updated  BIGINT  NOT NULL
);
CREATE INDEX streams_due ON streams (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX streams_kind ON streams (kind, open);

CREATE TABLE records (
    stream   TEXT   NOT NULL REFERENCES streams (stream),
    seq      BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    hash     BYTEA  NOT NULL,
    bytes    BYTEA  NOT NULL,
    openings BYTEA,
    PRIMARY KEY (stream, seq)
);

-- How many records there are, in several counters, so that writers of different streams do not wait for each other. A
-- sequence would not do: of two transactions the one with the lower number may be seen later.
CREATE TABLE positions (
    shard INTEGER PRIMARY KEY,
    n     BIGINT NOT NULL
) WITH (fillfactor = 20);
INSERT INTO positions (shard, n) SELECT shard, 0 FROM generate_series(0, 31) AS shard;

CREATE TABLE deliveries (
    n          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of creation
    id         TEXT    NOT NULL UNIQUE,
    stream     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    BYTEA,
    state      TEXT    NOT NULL,
    not_before BIGINT,
    created    BIGINT,
    owner      TEXT    NOT NULL DEFAULT '',
    lease      BIGINT,
    epoch      BIGINT  NOT NULL DEFAULT 0,
    attempts   INTEGER NOT NULL DEFAULT 0,
    outcome    BYTEA
);
CREATE INDEX deliveries_stream ON deliveries (stream);
CREATE INDEX deliveries_pending ON deliveries (n) WHERE state IN ('queued', 'sending');

CREATE TABLE leases (
    name  TEXT   PRIMARY KEY,
    owner TEXT   NOT NULL, -- empty if nobody holds it
    until BIGINT,
    epoch BIGINT NOT NULL  -- kept when nobody holds it, so that it never repeats
);

CREATE TABLE watches (
    key   TEXT PRIMARY KEY,
    state BYTEA
);

CREATE TABLE marks (
    mark   TEXT PRIMARY KEY,
    stream TEXT NOT NULL
);

CREATE TABLE plans (
    hash      TEXT PRIMARY KEY,
    protocol  TEXT NOT NULL,
    canonical BYTEA,
    files     BYTEA,
    stored    BIGINT
);

CREATE TABLE links (
    hash    TEXT PRIMARY KEY, -- of the secret; the secret itself is not kept
    kind    TEXT NOT NULL,
    person  TEXT NOT NULL,
    stream  TEXT NOT NULL,
    ref     TEXT NOT NULL,
    expires BIGINT,
    used    BIGINT
);

CREATE TABLE sessions (
    token   BYTEA PRIMARY KEY, -- SHA-256 of the token; the token itself is not kept
    data    BYTEA,
    expires BIGINT
);
CREATE INDEX sessions_expires ON sessions (expires);
