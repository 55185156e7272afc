-- +goose Up
-- Until when a node has taken it on itself to look at a stream that is due, so that the others look at others meanwhile. A
-- release that does not know of it looks as well, and is too late or first: nothing happens twice.
ALTER TABLE streams ADD COLUMN taken INTEGER;
