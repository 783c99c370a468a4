-- The vendor's own time of the change that the last read has shown, and when it was known: polls look back, and what they
-- name need not be read again. No time stands where the last word was an answer to our write: it shows only what was
-- written.
alter table shadow add column modified_at timestamptz, add column modified_seen_at timestamptz;
