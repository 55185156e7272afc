-- +goose Up
-- What was handed in with a stream and is too long for its records, such as a photograph: at most 10 MiB each.
CREATE TABLE files (
    stream TEXT NOT NULL,
    id     TEXT NOT NULL, -- within the stream
    bytes  BLOB NOT NULL CHECK (length(bytes) <= 10485760),
    PRIMARY KEY (stream, id)
) STRICT;
