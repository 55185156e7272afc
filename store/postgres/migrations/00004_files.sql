-- +goose Up
-- What was handed in with a stream and is too long for its records, such as a photograph: at most 10 MiB each.
CREATE TABLE files (
    stream TEXT  NOT NULL,
    id     TEXT  NOT NULL, -- within the stream
    bytes  BYTEA NOT NULL CHECK (length(bytes) <= 10485760),
    PRIMARY KEY (stream, id)
);
-- What is handed in is mostly compressed already.
ALTER TABLE files ALTER COLUMN bytes SET STORAGE EXTERNAL;
