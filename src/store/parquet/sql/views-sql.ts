import { RANGE_TOLERANCE } from '../../../core/checks/outside-range.ts';
import type { NotAdjustable } from '../../views.ts';
import type { Unsettled } from './unsettled.ts';

/**
 * The columns of `bars` that are no file's, and what they need beside the files. What is not final is written out: there
 * is little of it, and to look it up in the footer of every file would cost every query what `coverage` costs.
 */
export function flagColumns(unsettled: readonly Unsettled[]): { columns: string; join: string } {
  const outside = `greatest(open - high, close - high, low - open, low - close) > abs(high) * ${RANGE_TOLERANCE}`;
  if (unsettled.length === 0) return { columns: `true AS is_final, ${outside} AS outside_range`, join: '' };
  const rows = unsettled.map(
    ({ interval, ticker, from, to }) =>
      `(${quoted(interval)}, ${quoted(ticker)}, make_timestamp_ms(${from}), make_timestamp_ms(${to}))`,
  );
  return {
    columns: `unsettled_from IS NULL AS is_final, ${outside} AS outside_range`,
    join: `
LEFT JOIN (VALUES ${rows.join(',\n  ')}) AS unsettled(of_interval, of_ticker, unsettled_from, unsettled_to)
ON of_ticker = ticker AND of_interval = interval AND unsettled_from <= ts AND ts < unsettled_to`,
  };
}

/** Text as an SQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What each partition's file says of itself. `from` gives the raw metadata, `zones` rows of calendar and zone. */
export const KNOWLEDGE = (
  from: string,
  zones: string,
): string => `-- What is known of each partition, as its file has it. A macro: it is none of the tables that are for asking.
CREATE OR REPLACE MACRO partition_knowledge() AS TABLE
WITH calendars(calendar, zone) AS (VALUES ${zones}),
raw AS (SELECT decode(value)::JSON AS json FROM ${from})
SELECT json->>'ticker' AS ticker, json->>'interval' AS interval, json->>'period' AS period,
  json->>'calendar' AS calendar, coalesce(zone, 'UTC') AS zone, json
FROM raw LEFT JOIN calendars ON json->>'calendar' = calendars.calendar;
`;

/** Sessions present, provisional and absent. */
export const COVERAGE = `-- Sessions from_day..to_day, both inclusive, that are present, provisional (will be asked again) or absent.
-- What is in none of these rows is missing. Of several providers' claims the one that tells most is shown.
CREATE OR REPLACE VIEW coverage AS
WITH ranges AS (
  SELECT ticker, interval, period, 1 AS present, 0 AS provisional,
    unnest(from_json(json->'present', '[["VARCHAR"]]')) AS days FROM partition_knowledge()
  UNION ALL
  SELECT ticker, interval, period, 0, 1,
    unnest(from_json(json->'provisional', '[["VARCHAR"]]')) FROM partition_knowledge()
), edges AS (
  SELECT ticker, interval, period, days[1]::DATE AS day, present, provisional FROM ranges
  UNION ALL
  SELECT ticker, interval, period, days[2]::DATE, -present, -provisional FROM ranges
), steps AS (
  SELECT ticker, interval, period, day, sum(present) AS present, sum(provisional) AS provisional
  FROM edges GROUP BY ALL
), runs AS (
  SELECT ticker, interval, day AS from_day, lead(day) OVER part AS next_day,
    sum(present) OVER part AS present, sum(provisional) OVER part AS provisional
  FROM steps WINDOW part AS (PARTITION BY ticker, interval, period ORDER BY day)
), absences AS (
  SELECT ticker, interval, a->>'from' AS from_day, a->>'to' AS next_day, coalesce(a->'by'->0, a) AS claim
  FROM (SELECT ticker, interval, unnest(from_json(json->'absent', '["JSON"]')) AS a FROM partition_knowledge())
)
SELECT ticker, interval, from_day, (next_day - 1)::DATE AS to_day,
  CASE WHEN provisional > 0 THEN 'provisional' ELSE 'present' END AS state,
  NULL::VARCHAR AS reason, NULL::VARCHAR AS provider, NULL::TIMESTAMP AS checked_at, NULL::INTEGER AS attempts,
  NULL::TIMESTAMP AS next_retry_at, NULL::VARCHAR AS note
FROM runs WHERE present > 0
UNION ALL
SELECT ticker, interval, from_day::DATE, (next_day::DATE - 1)::DATE, 'absent', claim->>'reason', claim->>'provider',
  (claim->>'checkedAt')::TIMESTAMP, (claim->>'attempts')::INTEGER, (claim->>'nextRetryAt')::TIMESTAMP, claim->>'note'
FROM absences WHERE claim->>'reason' <> 'doubted';
`;

/**
 * The columns of `adjusted_bars`, to see by a plan which series a statement has of it: the factors of one are nothing to
 * another, and all of their filters reach the files. What an adjustment changes is a number of which a planner knows nothing.
 */
export const ADJUSTED_OUTLINE = `CREATE OR REPLACE MACRO adjusted_bars(mode := 'all', as_of := NULL) AS TABLE
SELECT interval, ticker, period, DATE '2000-01-01' + (hash(ts) % 9999)::INTEGER AS session, ts, ${[
  ...['open', 'high', 'low', 'close', 'volume', 'vwap'].map((name) => `hash(ts)::DOUBLE AS ${name}`),
  'trades, source, fetched_at',
  ...['price_factor', 'volume_factor'].map((name) => `hash(ts)::DOUBLE AS ${name}`),
].join(', ')}, is_final, outside_range FROM bars;
`;

/**
 * What `adjusted_bars` is made of. Macros, each read where it is named: of a CTE that is not materialized DuckDB makes copies,
 * for which it looks for the files again as if their names were patterns, and may find those of another store.
 */
const BAR_SESSIONS = `CREATE OR REPLACE MACRO bar_sessions() AS TABLE
SELECT *, ts::DATE AS session FROM bars WHERE interval = '1d'
UNION ALL
SELECT bars.*, ((ts AT TIME ZONE 'UTC') AT TIME ZONE coalesce(zone, 'UTC'))::DATE
FROM bars LEFT JOIN (SELECT DISTINCT ON (ticker, interval, period) ticker, interval, period, zone
  FROM partition_knowledge() WHERE interval <> '1d') AS known USING (ticker, interval, period)
WHERE interval <> '1d';
CREATE OR REPLACE MACRO bar_closes(mode) AS TABLE
SELECT interval, ticker, session, arg_max(close, ts) AS close FROM bar_sessions()
WHERE ticker IN (SELECT ticker FROM actions) AND mode <> 'none' GROUP BY interval, ticker, session;
CREATE OR REPLACE MACRO bar_stand_ins(mode) AS TABLE
SELECT interval, ticker, session, close FROM bar_closes(mode)
UNION ALL
SELECT intraday.interval, ticker, daily.session, daily.close
FROM (SELECT DISTINCT interval, ticker FROM bar_closes(mode) WHERE interval <> '1d') AS intraday
JOIN bar_closes(mode) AS daily USING (ticker)
WHERE daily.interval = '1d' AND NOT EXISTS (FROM bar_closes(mode) AS own WHERE own.interval = intraday.interval
  AND own.ticker = daily.ticker AND own.session = daily.session);
`;

/** The factors of `core/adjust/factors.ts` in SQL; the tests compare both. */
export const ADJUSTED_BARS = (
  without: readonly NotAdjustable[],
): string => `${BAR_SESSIONS}-- Bars adjusted as of a date: adjusted_bars('splits' | 'all' | 'none', DATE '2026-11-20'); NULL: each series' last bar.
-- A session's price is multiplied by 1 / ratio of every later split, and with 'all' by 1 - amount / close of every later
-- dividend, where close is the raw one of the last session before the ex-date, of the daily bar if an intraday series lacks it. Sessions after the date are left out.
-- A dividend that is not below that close, or in another currency, counts for nothing. Series of which not all is known are left out, for what bars_adjusted is made for.
CREATE OR REPLACE MACRO adjusted_bars(mode := 'all', as_of := NULL) AS TABLE
WITH ends AS (
  SELECT interval, ticker, max(session) AS last_session FROM bar_closes(mode) GROUP BY interval, ticker
), ex_dates AS (
  SELECT interval, ticker, ex_date, coalesce(product(value) FILTER (kind = 'split'), 1) AS ratio,
    coalesce(sum(value) FILTER (kind = 'dividend' AND currency IS NULL), 0) AS amount
  FROM actions JOIN ends USING (ticker) WHERE ex_date <= coalesce(CAST(as_of AS DATE), last_session) GROUP BY interval, ticker, ex_date
), shares AS (
  SELECT *, product(ratio) OVER (PARTITION BY interval, ticker ORDER BY ex_date) AS shares FROM ex_dates
), priced AS (
  SELECT e.*, c.session AS last_session, c.close FROM shares AS e ASOF LEFT JOIN bar_stand_ins(mode) AS c
  ON e.interval = c.interval AND e.ticker = c.ticker AND e.ex_date > c.session
), ex_factors AS (
  SELECT p.interval, p.ticker, p.ex_date, p.ratio, p.amount,
    p.close * coalesce(s.shares, 1) / p.shares AS close_then
  FROM priced AS p ASOF LEFT JOIN shares AS s
  ON p.interval = s.interval AND p.ticker = s.ticker AND p.last_session >= s.ex_date
), factors AS (
  SELECT interval, ticker, ex_date,
    product(CASE WHEN mode = 'all' AND amount > 0 AND amount < close_then THEN 1 - amount / close_then ELSE 1 END
      / ratio) OVER later AS price,
    product(ratio) OVER later AS volume
  FROM ex_factors WINDOW later AS (PARTITION BY interval, ticker ORDER BY ex_date
    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
)
SELECT b.interval, b.ticker, b.period, b.session, b.ts,
  b.open * coalesce(f.price, 1) AS open, b.high * coalesce(f.price, 1) AS high, b.low * coalesce(f.price, 1) AS low,
  b.close * coalesce(f.price, 1) AS close, b.volume * coalesce(f.volume, 1) AS volume,
  b.vwap * coalesce(f.price, 1) AS vwap, b.trades, b.source, b.fetched_at,
  coalesce(f.price, 1) AS price_factor, coalesce(f.volume, 1) AS volume_factor, b.is_final, b.outside_range
FROM bar_sessions() AS b ASOF LEFT JOIN factors AS f
ON b.interval = f.interval AND b.ticker = f.ticker AND b.session < f.ex_date
WHERE (as_of IS NULL OR b.session <= CAST(as_of AS DATE))
  AND CASE WHEN mode IN ('none', 'splits', 'all') THEN true
    ELSE error('adjusted_bars: the mode is none, splits or all, not ' || mode) END${notAmong(without)};
`;

function notAmong(series: readonly NotAdjustable[]): string {
  if (series.length === 0) return '';
  const rows = series.map(
    ({ series: { interval, ticker }, mode, asOf }) =>
      `(${quoted(mode)}, ${asOf === undefined ? 'NULL' : quoted(asOf)}::DATE, ${quoted(interval)}, ${quoted(ticker)})`,
  );
  return `
  AND NOT EXISTS (FROM (VALUES ${rows.join(',\n    ')}) AS unknown(of_mode, of_date, of_interval, of_ticker)
    WHERE of_mode = mode AND of_date IS NOT DISTINCT FROM CAST(as_of AS DATE)
    AND of_interval = b.interval AND of_ticker = b.ticker)`;
}
