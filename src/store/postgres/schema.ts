/**
 * The tables of a store, all in one schema. A later version adds to the list; what stands in it never changes, because
 * there are stores that were made by it. Where bars are in hypertables (see `makeHypertables`), `bars` is a view: what changes its
 * columns changes each of those.
 */

/** Of a bar, besides its series, and what each is. */
export const BAR_COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['ts', 'timestamp NOT NULL'],
  ['session', 'date NOT NULL'],
  ['open', 'float8 NOT NULL'],
  ['high', 'float8 NOT NULL'],
  ['low', 'float8 NOT NULL'],
  ['close', 'float8 NOT NULL'],
  ['volume', 'float8'],
  ['vwap', 'float8'],
  ['trades', 'bigint'],
  ['source', 'text NOT NULL'],
  ['fetched_at', 'timestamp NOT NULL'],
];

/** Bars under the names that others have for them. */
export const VIEWS_OF_BARS = `
CREATE OR REPLACE VIEW ohlcv AS
SELECT ticker AS symbol, ts AS timestamp, open, high, low, close, volume FROM bars WHERE interval = '1d';
CREATE OR REPLACE VIEW price_ticks AS
SELECT ticker AS symbol, ts AS timestamp, interval, open, high, low, close, volume, source FROM bars;
`;

/** What each version adds, the first one to an empty schema. */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE bars (
  ticker text COLLATE "C" NOT NULL, interval text COLLATE "C" NOT NULL, ts timestamp NOT NULL, session date NOT NULL,
  open float8 NOT NULL, high float8 NOT NULL, low float8 NOT NULL, close float8 NOT NULL,
  volume float8, vwap float8, trades bigint, source text NOT NULL, fetched_at timestamp NOT NULL,
  PRIMARY KEY (ticker, interval, ts)
);
COMMENT ON TABLE bars IS 'as traded; ts: start of the bar in UTC, of 1d the session date';
CREATE TABLE backfill_parts (
  ticker text COLLATE "C" NOT NULL, interval text COLLATE "C" NOT NULL, period text COLLATE "C" NOT NULL, version bigint NOT NULL,
  rows bigint NOT NULL, first_ts timestamp, last_ts timestamp, known json NOT NULL,
  PRIMARY KEY (ticker, interval, period)
);
COMMENT ON TABLE backfill_parts IS 'what is known of each series, by period: see the view coverage';
CREATE TABLE revisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticker text COLLATE "C" NOT NULL, interval text COLLATE "C" NOT NULL, ts timestamp NOT NULL, stayed boolean NOT NULL,
  open float8 NOT NULL, high float8 NOT NULL, low float8 NOT NULL, close float8 NOT NULL,
  volume float8, vwap float8, trades bigint, source text NOT NULL, fetched_at timestamp NOT NULL,
  new_open float8 NOT NULL, new_high float8 NOT NULL, new_low float8 NOT NULL, new_close float8 NOT NULL,
  new_volume float8, new_source text NOT NULL, revised_at timestamp NOT NULL
);
CREATE INDEX ON revisions (ticker, interval, ts);
CREATE TABLE actions (
  ticker text COLLATE "C" NOT NULL, ex_date date NOT NULL, kind text NOT NULL, value float8 NOT NULL, currency text,
  source text NOT NULL, fetched_at timestamp NOT NULL, PRIMARY KEY (ticker, ex_date, kind)
);
CREATE TABLE backfill_books (ticker text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, known json NOT NULL);
COMMENT ON TABLE backfill_books IS 'what is known of the splits and dividends of each ticker besides those in force';
CREATE SEQUENCE backfill_versions;
CREATE TABLE backfill_documents (
  path text COLLATE "C" PRIMARY KEY, version bigint NOT NULL DEFAULT nextval('backfill_versions'),
  size bigint NOT NULL, written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE backfill_document_parts (
  version bigint NOT NULL, start bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (version, start)
);
ALTER TABLE backfill_document_parts ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE backfill_documents IS 'records of runs, rejected rows, renames, universes, what was forgotten, answers on their way';
CREATE TABLE backfill_lease (
  one boolean PRIMARY KEY DEFAULT true CHECK (one), token bigint NOT NULL, pid bigint, host text, command text,
  since timestamptz
);
INSERT INTO backfill_lease (token) VALUES (0);

CREATE VIEW coverage AS
WITH ranges AS (
  SELECT ticker, interval, period, 1 AS present, 0 AS provisional, r->>0 AS from_day, r->>1 AS to_day
  FROM backfill_parts, json_array_elements(known->'present') AS r
  UNION ALL
  SELECT ticker, interval, period, 0, 1, r->>0, r->>1 FROM backfill_parts, json_array_elements(known->'provisional') AS r
), steps AS (
  SELECT ticker, interval, period, day, sum(present) AS present, sum(provisional) AS provisional
  FROM (SELECT ticker, interval, period, from_day::date AS day, present, provisional FROM ranges
    UNION ALL SELECT ticker, interval, period, to_day::date, -present, -provisional FROM ranges) AS edges
  GROUP BY ticker, interval, period, day
), runs AS (
  SELECT ticker, interval, day AS from_day, lead(day) OVER part AS next_day,
    sum(present) OVER part AS present, sum(provisional) OVER part AS provisional
  FROM steps WINDOW part AS (PARTITION BY ticker, interval, period ORDER BY day)
), absences AS (
  SELECT ticker, interval, (a->>'from')::date AS from_day, (a->>'to')::date AS next_day, a->'by'->0 AS claim
  FROM backfill_parts, json_array_elements(known->'absent') AS a
)
SELECT ticker, interval, from_day, next_day - 1 AS to_day,
  CASE WHEN provisional > 0 THEN 'provisional' ELSE 'present' END AS state, NULL::text AS reason,
  NULL::text AS provider, NULL::timestamptz AS checked_at, NULL::int AS attempts, NULL::timestamptz AS next_retry_at,
  NULL::text AS note
FROM runs WHERE present > 0
UNION ALL
SELECT ticker, interval, from_day, next_day - 1, 'absent', claim->>'reason', claim->>'provider',
  (claim->>'checkedAt')::timestamptz, (claim->>'attempts')::int, (claim->>'nextRetryAt')::timestamptz, claim->>'note'
FROM absences WHERE claim->>'reason' <> 'doubted';
${VIEWS_OF_BARS}`,
];
