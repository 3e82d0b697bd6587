"""How the SQLite file is laid out, and the statements on it: all SQL text of the store, and no connection.

The layout is numbered steps from nothing to today's tables. A step is a short script and never changes once it was
released; a new wish is a new step at the end. The file's `user_version` says how many steps it has seen.
"""

from __future__ import annotations

from collections.abc import Iterator

Value = int | str | bytes | None

APPLICATION_ID = 0x55534757  # "USGW": tells our files from other SQLite files

# Bytes. A batch changes rows all over the subscribers' table and each changed page is written and checksummed whole,
# so small pages save work; a document of more than 989 octets, several times the usual, spills into overflow pages.
PAGE_SIZE = 1024

STEP_1 = """
-- A document is the whole value in msgpack; columns beside it exist only where a statement needs them.
-- E.164 digits as an integer key make the subscribers' table its own index.
CREATE TABLE subscribers (
    msisdn INTEGER PRIMARY KEY, account TEXT NOT NULL, person TEXT NOT NULL, document BLOB NOT NULL);
CREATE TABLE accounts (id TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE persons (id TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;

-- Whatever grows has an ascending integer key: rows of one batch share a few pages at the end of the table.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, msisdn TEXT NOT NULL,
    body BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE inbox (
    number INTEGER PRIMARY KEY, connection INTEGER NOT NULL, fingerprint BLOB NOT NULL, at INTEGER NOT NULL,
    original INTEGER NOT NULL, late INTEGER NOT NULL);
-- Redeliveries only: an ordinary message is its own original and pays nothing here.
CREATE INDEX inbox_redelivered ON inbox (original, number) WHERE original <> number;
CREATE TABLE connections (id INTEGER PRIMARY KEY, confirmed INTEGER NOT NULL);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, state INTEGER NOT NULL, due_at INTEGER NOT NULL, msisdn TEXT NOT NULL,
    document BLOB NOT NULL, message_id TEXT NOT NULL, tries INTEGER NOT NULL);
-- READY (0) and SENDING (1): few rows at any time, so that a start after a crash need not read the finished ones.
CREATE INDEX outbox_open ON outbox (state) WHERE state <= 1;

CREATE TABLE ledger (
    number INTEGER NOT NULL, place INTEGER NOT NULL, at INTEGER NOT NULL, account TEXT NOT NULL,
    amount INTEGER NOT NULL, kind TEXT NOT NULL, msisdn TEXT, PRIMARY KEY (number, place)) WITHOUT ROWID;
CREATE TABLE timers (
    key TEXT PRIMARY KEY, due_at INTEGER NOT NULL, command TEXT NOT NULL, msisdn TEXT NOT NULL,
    arguments BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at);
"""

STEP_2 = """
-- What is in doubt is found at once, however much was taken within the horizon: a start after a crash has 2 s for all.
CREATE INDEX inbox_connection ON inbox (connection);
CREATE INDEX inbox_late ON inbox (late) WHERE late;
"""

STEP_3 = """
-- What single functions remember, and what waits for the world outside.
CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, document BLOB NOT NULL, PRIMARY KEY (kind, key))
    WITHOUT ROWID;
CREATE TABLE usage (
    msisdn INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, other TEXT NOT NULL, incoming INTEGER NOT NULL,
    quantity INTEGER NOT NULL, cost INTEGER NOT NULL, PRIMARY KEY (msisdn, at, kind, other)) WITHOUT ROWID;
CREATE TABLE effects (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, since INTEGER NOT NULL, due_at INTEGER NOT NULL,
    channel TEXT NOT NULL, document BLOB NOT NULL, command TEXT NOT NULL,
    msisdn TEXT NOT NULL, arguments BLOB NOT NULL, tries INTEGER NOT NULL);
-- What left an account: its last charges are found without reading the others'.
CREATE INDEX ledger_charges ON ledger (account, number) WHERE amount < 0;
-- Which catalogue applied when: a handful of entries among millions.
CREATE INDEX journal_reloaded ON journal (number) WHERE kind = 'reloaded';
-- What could not be read, by shape and refusal; a thousand rows or so, and what came next in msgpack.
CREATE TABLE misses (
    text TEXT NOT NULL, refusal TEXT NOT NULL, count INTEGER NOT NULL, last_at INTEGER NOT NULL,
    follow_ups BLOB NOT NULL, PRIMARY KEY (text, refusal)) WITHOUT ROWID;
-- Parts of replies whose receipts have not come, by outbox row * 256 + part; `key` is the centre's id, folded.
CREATE TABLE awaited (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, link TEXT NOT NULL, message_id TEXT NOT NULL, parts INTEGER NOT NULL,
    msisdn TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX awaited_key ON awaited (key);
-- What receipts said of replies, beside the outbox: its rows are long, and were written seconds ago on pages that a
-- second change would have to write anew. Whoever wants a reply's state reads the view.
CREATE TABLE outcomes (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TRIGGER outbox_gone AFTER DELETE ON outbox BEGIN DELETE FROM outcomes WHERE id = old.id; END;
CREATE VIEW replies AS
    SELECT outbox.id AS id, coalesce(outcomes.state, outbox.state) AS state, coalesce(outcomes.at, due_at) AS due_at,
           msisdn, document, message_id, tries
    FROM outbox LEFT JOIN outcomes ON outcomes.id = outbox.id;
-- Receipts that found no reply; a bounded number of them.
CREATE TABLE orphans (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, link TEXT NOT NULL, document BLOB NOT NULL);
"""

STEP_4 = """
-- Parts of long SMS that wait for the others; of a message that is done with, only what tells a copy of a part.
CREATE TABLE parts (id INTEGER PRIMARY KEY, document BLOB NOT NULL);
-- Open and interrupted USSD dialogs, of each number at most one but where its centre tells several apart.
CREATE TABLE dialogs (
    msisdn INTEGER NOT NULL, key BLOB NOT NULL, document BLOB NOT NULL, PRIMARY KEY (msisdn, key)) WITHOUT ROWID;
"""

STEP_5 = """
-- The last entry that was cut off the journal: the chain of those that are left begins at its hash.
CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL);
"""

STEP_6 = """
-- What the journal names by its digest: states of codes, products and texts, imported rows. Packed, each once.
CREATE TABLE contents (digest TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""

STEP_7 = """
-- Every number has a month of its tariff. Those of an earlier version get it by this timer, at a second of their own.
INSERT OR IGNORE INTO timers (key, due_at, command, msisdn, arguments)
SELECT 'fee/' || msisdn, (CAST(strftime('%s', 'now') AS INTEGER) + msisdn % 86400) * 1000,
       'tariff.renew', msisdn, x'90'
FROM subscribers;
"""

CHUNK_POWER = 7  # at most 128 rows in one execution

STEPS: tuple[str, ...] = (STEP_1, STEP_2, STEP_3, STEP_4, STEP_5, STEP_6, STEP_7)
"""Step n is `STEPS[n - 1]`; a file with `user_version` n has seen the first n."""


def upgrade_script(number: int, step: str) -> str:
    """The script that runs one step and records it, in one transaction: a crash leaves the step before it."""
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
    return f"BEGIN IMMEDIATE;\n{step}\n;{marks}\nCOMMIT;"


# One row comes back, whatever was asked: each step of a statement gives the interpreter lock away, and a busy event
# loop gives it back late. A document says its own key, so three lists of documents are all there is to say.
LOAD = """
SELECT count(s.document), CAST(group_concat(CAST(s.document AS TEXT), '') AS BLOB),
       count(a.document), CAST(group_concat(CAST(a.document AS TEXT), '') AS BLOB),
       count(p.document), CAST(group_concat(CAST(p.document AS TEXT), '') AS BLOB)
FROM json_each(?) AS wanted
JOIN subscribers AS s ON s.msisdn = wanted.value
LEFT JOIN accounts AS a ON a.id = s.account
LEFT JOIN persons AS p ON p.id = s.person"""
LOAD_ACCOUNTS = """
SELECT count(*), CAST(group_concat(CAST(a.document AS TEXT), '') AS BLOB)
FROM json_each(?) AS wanted JOIN accounts AS a ON a.id = wanted.value"""
LOAD_PERSONS = """
SELECT count(*), CAST(group_concat(CAST(p.document AS TEXT), '') AS BLOB)
FROM json_each(?) AS wanted JOIN persons AS p ON p.id = wanted.value"""

LOAD_RECORDS = """
SELECT r.kind, r.key, r.document FROM json_each(?) AS wanted
JOIN records AS r ON r.kind = wanted.value ->> 0 AND r.key = wanted.value ->> 1"""
LOAD_USAGE = """
SELECT at, kind, other, incoming, quantity, cost FROM usage
WHERE msisdn = ? AND at >= ? AND at < ? ORDER BY at, kind, other LIMIT ?"""
# Backwards along the same key, so that the walk ends with the last of the few that are asked for.
LOAD_EXPENSES = """
SELECT at, kind, other, incoming, quantity, cost FROM usage
WHERE msisdn = ? AND at >= ? AND at < ? AND cost > 0 ORDER BY at DESC, kind DESC, other DESC LIMIT ?"""
LOAD_TOTALS = """
SELECT kind, incoming, count(*), sum(quantity), sum(cost) FROM usage
WHERE msisdn = ? AND at >= ? AND at < ? GROUP BY kind, incoming ORDER BY kind, incoming"""
# Numbers of the journal rise with time, so the index gives the newest first and the walk ends at the limit.
LOAD_CHARGES = """
SELECT number, at, -amount, kind, msisdn FROM ledger
WHERE account = ? AND amount < 0 AND at >= ? AND at < ? ORDER BY number DESC, place DESC LIMIT ?"""


class Statement:
    """One statement over many rows: `VALUES (?, ?), (?, ?), ...` in chunks of powers of two.

    One step writes a whole chunk, where `executemany` would give the interpreter lock away for each row. Powers of two
    keep the number of different texts small, so that SQLite's compiled statements are found again.
    """

    def __init__(self, columns: int, before: str, after: str = "") -> None:
        self.columns = columns
        row = "(" + ", ".join("?" * columns) + ")"
        chunks = (", ".join([row] * (1 << power)) for power in range(CHUNK_POWER + 1))
        self.texts = tuple(f"{before} VALUES {chunk} {after}" for chunk in chunks)

    def plan(self, values: list[Value]) -> Iterator[tuple[str, list[Value]]]:
        """The executions for rows that lie flat in `values`, one after the other."""
        columns, start, left = self.columns, 0, len(values) // self.columns
        while left:
            power = min(left.bit_length() - 1, CHUNK_POWER)
            end = start + (columns << power)
            yield self.texts[power], values[start:end] if start or end < len(values) else values
            start = end
            left -= 1 << power


JOURNAL = Statement(6, "INSERT INTO journal (number, at, kind, msisdn, body, hash)")
INBOX = Statement(6, "INSERT INTO inbox (number, connection, fingerprint, at, original, late)")
CONNECTION = Statement(
    2,
    "INSERT INTO connections (id, confirmed)",
    "ON CONFLICT (id) DO UPDATE SET confirmed = max(confirmed, excluded.confirmed)",
)
SUBSCRIBER = Statement(
    4,
    "INSERT INTO subscribers (msisdn, account, person, document)",
    "ON CONFLICT (msisdn) DO UPDATE SET"
    " account = excluded.account, person = excluded.person, document = excluded.document",
)
ACCOUNT = Statement(
    2, "INSERT INTO accounts (id, document)", "ON CONFLICT (id) DO UPDATE SET document = excluded.document"
)
PERSON = Statement(
    2, "INSERT INTO persons (id, document)", "ON CONFLICT (id) DO UPDATE SET document = excluded.document"
)
LEDGER = Statement(7, "INSERT INTO ledger (number, place, at, account, amount, kind, msisdn)")
OUTBOX = Statement(7, "INSERT INTO outbox (id, state, due_at, msisdn, document, message_id, tries)")
OUTBOX_CHANGE = Statement(
    4,
    "WITH change (id, state, due_at, message_id) AS (",
    ") UPDATE outbox SET state = change.state, due_at = change.due_at,"
    " message_id = coalesce(nullif(change.message_id, ''), outbox.message_id) FROM change WHERE outbox.id = change.id",
)
CONTENT = Statement(2, "INSERT OR IGNORE INTO contents (digest, content)")
CONTENT_OF = "SELECT content FROM contents WHERE digest = ?"
TIMER_OF = "SELECT key, due_at, command, msisdn, arguments FROM timers WHERE key = ?"
OUTCOME = Statement(3, "INSERT OR REPLACE INTO outcomes (id, state, at)")
AWAITED = Statement(7, "INSERT OR REPLACE INTO awaited (id, key, link, message_id, parts, msisdn, at)")
AWAITED_GONE = "DELETE FROM awaited WHERE id IN (SELECT value FROM json_each(?))"
ORPHAN = Statement(4, "INSERT INTO orphans (id, at, link, document)")
ORPHAN_GONE = "DELETE FROM orphans WHERE id IN (SELECT value FROM json_each(?))"
PART = Statement(2, "INSERT OR REPLACE INTO parts (id, document)")
PART_GONE = "DELETE FROM parts WHERE id IN (SELECT value FROM json_each(?))"
TIMER = Statement(5, "INSERT OR REPLACE INTO timers (key, due_at, command, msisdn, arguments)")
RECORD = Statement(
    3, "INSERT INTO records (kind, key, document)", "ON CONFLICT (kind, key) DO UPDATE SET document = excluded.document"
)
USAGE = Statement(7, "INSERT OR REPLACE INTO usage (msisdn, at, kind, other, incoming, quantity, cost)")
EFFECT_COLUMNS = "id, key, since, due_at, channel, document, command, msisdn, arguments, tries"
EFFECT = Statement(10, f"INSERT INTO effects ({EFFECT_COLUMNS})")
RECORDS_OF_KIND = "SELECT kind, key, document FROM records WHERE kind = ? ORDER BY key"
RECORD_REMOVED = "DELETE FROM records WHERE kind = ? AND key = ?"
EFFECT_PUT_OFF = "UPDATE effects SET due_at = ?, tries = tries + 1 WHERE id = ?"
EFFECT_DONE = "DELETE FROM effects WHERE id IN (SELECT value FROM json_each(?))"
EFFECTS = f"SELECT {EFFECT_COLUMNS} FROM effects"
MISS = Statement(5, "INSERT OR REPLACE INTO misses (text, refusal, count, last_at, follow_ups)")
MISS_DROPPED = """
DELETE FROM misses
WHERE (text, refusal) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))"""
MISSES = "SELECT text, refusal, count, last_at, follow_ups FROM misses"
DIALOG = Statement(
    3,
    "INSERT INTO dialogs (msisdn, key, document)",
    "ON CONFLICT (msisdn, key) DO UPDATE SET document = excluded.document",
)
DIALOG_ENDED = Statement(2, "WITH ended (msisdn, key) AS (", ") DELETE FROM dialogs WHERE (msisdn, key) IN ended")
LATE = "UPDATE inbox SET late = 1 WHERE number IN (SELECT value FROM json_each(?))"
TIMER_HURRIED = """
UPDATE timers SET due_at = min(due_at, hurried.value)
FROM json_each(?) AS hurried WHERE timers.key = hurried.key"""
TIMER_CANCELLED = "DELETE FROM timers WHERE key IN (SELECT value FROM json_each(?))"

# From connection to connection by the index, and of each only what lies above its confirmed number: the cost grows with
# the connections and the doubts, not with the inbox (2,000,000 rows: 13 ms instead of 1.3 s).
IN_DOUBT = """
WITH RECURSIVE used (connection) AS (
    SELECT min(connection) FROM inbox
    UNION ALL
    SELECT (SELECT min(connection) FROM inbox WHERE connection > used.connection) FROM used
    WHERE used.connection IS NOT NULL),
doubtful (number) AS (
    SELECT i.number FROM used LEFT JOIN connections AS c ON c.id = used.connection
    JOIN inbox AS i ON i.connection = used.connection AND i.number > coalesce(c.confirmed, 0)
    UNION
    SELECT number FROM inbox WHERE late)
SELECT i.number, i.connection, i.fingerprint, i.at, i.original, i.late
FROM doubtful CROSS JOIN inbox AS i ON i.number = doubtful.number
WHERE i.at >= ? AND NOT EXISTS (
    SELECT 1 FROM inbox AS newer
    WHERE newer.original = i.original AND newer.original <> newer.number AND newer.number > i.number)
ORDER BY i.number"""
OUTBOX_COLUMNS = "SELECT id, state, due_at, msisdn, document, message_id, tries"
REPLIES_TO = f"{OUTBOX_COLUMNS} FROM replies WHERE id BETWEEN ? AND ? ORDER BY id"
# `state <= 1` is the index's own condition: SQLite uses a partial index only where it stands in the statement too.
OUTBOX_READY = f"{OUTBOX_COLUMNS} FROM outbox WHERE state <= 1 AND state = 0 AND id > ? ORDER BY id LIMIT ?"
OUTBOX_OF_NUMBER = (
    f"{OUTBOX_COLUMNS} FROM replies WHERE id BETWEEN ?1 * 16 AND ?2 * 16 + 15 AND msisdn = ?3 ORDER BY id"
)
OUTBOX_COUNTS = "SELECT state, count(*) FROM replies GROUP BY state ORDER BY state"
# An id is journal number * 16 + index, so the least one was decided first.
OUTBOX_OLDEST_READY = """
SELECT at FROM journal WHERE number = (SELECT min(id) / 16 FROM outbox WHERE state <= 1 AND state = 0)"""
OUTBOX_RECOVERY = "UPDATE outbox SET state = 0, due_at = ?, tries = tries + 1 WHERE state <= 1 AND state = 1"
JOURNAL_COLUMNS = "SELECT number, at, kind, msisdn, body, hash FROM journal"
# `at` grows with the number but for timers, whose instant is when they fell due, however late they were run.
JOURNAL_AT = (
    "SELECT number, at FROM journal WHERE number >= ? AND kind IN ('message', 'results') ORDER BY number LIMIT 1"
)
JOURNAL_ENDS = "SELECT coalesce(min(number), 0), coalesce(max(number), 0) FROM journal"
JOURNAL_OF_NUMBER = f"""{JOURNAL_COLUMNS}
WHERE number BETWEEN ?1 AND ?2 AND (msisdn = ?3 OR instr(body, CAST(?3 AS BLOB))) ORDER BY number"""
LEDGER_OF_NUMBER = """
SELECT number, place, at, account, amount, kind, msisdn FROM ledger
WHERE number BETWEEN ?1 AND ?2 AND (msisdn = ?3 OR account = ?3) ORDER BY number, place"""
CATALOGUE_ENTRY = f"{JOURNAL_COLUMNS} WHERE kind = 'reloaded' ORDER BY number DESC LIMIT 1"  # by its own index
AWAITED_COLUMNS = "SELECT id, key, link, message_id, parts, msisdn, at FROM awaited"
AWAITED_NEWEST = f"SELECT * FROM ({AWAITED_COLUMNS} ORDER BY id DESC LIMIT ?) ORDER BY id"
AWAITED_BY_KEY = f"""
WITH found (row) AS (
    SELECT DISTINCT a.id / 256 FROM json_each(?) AS wanted JOIN awaited AS a ON a.key = wanted.value)
{AWAITED_COLUMNS} JOIN found ON awaited.id BETWEEN found.row * 256 AND found.row * 256 + 255 ORDER BY id"""
ORPHANS = "SELECT id, at, link, document FROM orphans ORDER BY id"
HEAD = """
SELECT number, hash, (SELECT coalesce(max(id), 0) FROM connections) FROM journal ORDER BY number DESC LIMIT 1"""

# -- what is kept for a time only: where a step ends, and what it removes between there and where it began

STEP_ENDS = {
    "awaited": "SELECT max(id) FROM (SELECT id FROM awaited WHERE id > ? ORDER BY id LIMIT ?)",
    "inbox": "SELECT max(number) FROM (SELECT number FROM inbox WHERE number > ? ORDER BY number LIMIT ?)",
    "connections": "SELECT max(id) FROM (SELECT id FROM connections WHERE id > ? ORDER BY id LIMIT ?)",
    "outbox": "SELECT max(id) FROM (SELECT id FROM outbox WHERE id > ? ORDER BY id LIMIT ?)",
    # From number to number by the key: the rows of each are neither read nor counted.
    "usage": """
WITH RECURSIVE numbers (msisdn) AS (
    SELECT min(msisdn) FROM usage WHERE msisdn > ?1
    UNION ALL
    SELECT (SELECT min(msisdn) FROM usage WHERE msisdn > numbers.msisdn) FROM numbers
    WHERE numbers.msisdn IS NOT NULL LIMIT ?2)
SELECT max(msisdn) FROM numbers""",
}
STEP_REMOVES = {
    "awaited": "DELETE FROM awaited WHERE id > ? AND id <= ? AND at < ?",
    "inbox": "DELETE FROM inbox WHERE number > ? AND number <= ? AND at < ?",
    "connections": """
DELETE FROM connections WHERE id > ?1 AND id <= ?2 AND id < (SELECT max(id) FROM connections) AND ?3 > 0
AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.connection = connections.id)""",
    "outbox": "DELETE FROM outbox WHERE id > ? AND id <= ? AND state NOT IN (0, 1) AND due_at < ?",
    "usage": """
DELETE FROM usage WHERE at < ?3 AND msisdn IN (
    WITH RECURSIVE numbers (msisdn) AS (
        SELECT min(msisdn) FROM usage WHERE msisdn > ?1
        UNION ALL
        SELECT (SELECT min(msisdn) FROM usage WHERE msisdn > numbers.msisdn AND msisdn <= ?2) FROM numbers
        WHERE numbers.msisdn IS NOT NULL)
    SELECT msisdn FROM numbers WHERE msisdn IS NOT NULL)""",
}
# The last entry stays: the chain goes on from it.
JOURNAL_BEGINNING = """
SELECT number, hash, at FROM journal
WHERE number > ? AND number < (SELECT max(number) FROM journal) ORDER BY number LIMIT ?"""
JOURNAL_CUT = "DELETE FROM journal WHERE number <= ?"
CHECKPOINT = "INSERT OR REPLACE INTO checkpoint (id, number, hash, at) VALUES (1, ?, ?, ?)"
