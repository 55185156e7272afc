-- +goose Up
CREATE TABLE snapshots (
    stream  TEXT    PRIMARY KEY REFERENCES streams (stream),
    version BIGINT NOT NULL, -- of the stream; of its last redaction if there are no bytes
    bytes   BYTEA
);

-- What a release must know to work on this database, so that an older one need not be refused where a newer one only added
-- something. A migration that takes away what older releases use raises it to its own number.
CREATE TABLE needs (
    part    TEXT    PRIMARY KEY, -- tables, or jobs for those of the job queue
    version BIGINT NOT NULL     -- of the migrations
);
INSERT INTO needs (part, version) VALUES ('tables', 1), ('jobs', 1);
