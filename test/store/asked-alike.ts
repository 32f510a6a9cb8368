import type { BarStore } from '../../src/store/store.ts';
import { absence, at, coverage, daily, days, NOON, update, WEEK, WEEK_DAYS } from './fixtures.ts';
import { tellActions } from './told-actions.ts';

/** Fills a store with some of all that a query can ask for. */
export async function fillAsked(one: BarStore): Promise<void> {
  const learned = coverage({
    present: [WEEK_DAYS],
    provisional: [days('2026-02-27', '2026-02-28')],
    absent: [absence(days('2026-02-19', '2026-02-20'), { note: "it's empty" })],
  });
  for (const ticker of ['AAPL', '^GSPC', "O'N"])
    await one.upsert(update(WEEK, { series: { ticker, interval: '1d' }, learned }));
  const corrected = daily('2026-02-24', {
    close: 100.25,
    fetchedAt: NOON + 1,
    source: 'other',
    vwap: 1.5,
    trades: 7,
  });
  await one.upsert(update([corrected], { learned: coverage({}) }));
  const minutes = [at('2026-01-30T15:00Z'), at('2026-02-02T15:00Z', { volume: Number.NaN })];
  const month = coverage({ present: [days('2026-01-30', '2026-01-31'), days('2026-02-02', '2026-02-03')] });
  await one.upsert(update(minutes, { series: { ticker: 'AAPL', interval: '1m' }, learned: month }));
  const split = { kind: 'split', exDay: WEEK_DAYS.from + 2, ratio: 4 } as const;
  const dividend = { kind: 'dividend', exDay: WEEK_DAYS.from + 1, amount: 0.5, currency: 'EUR' } as const;
  await tellActions(one, 'AAPL', [split, dividend], WEEK_DAYS, 'sample', NOON);
  await tellActions(one, 'NONE', [], WEEK_DAYS, 'sample', NOON);
}

/** The rows of a statement, or the words in which it is refused. */
export async function answerOf(one: BarStore, sql: string): Promise<unknown> {
  try {
    return await one.query(sql, { mode: 'all', asOf: undefined }, async (rows, leftOut) => {
      const all: unknown[] = [];
      for await (const block of rows.blocks()) for (const row of block) all.push(row);
      return { columns: rows.columns, all, leftOut };
    });
  } catch (error) {
    return (error as Error).message;
  }
}

/** Statements to which stores with the same content have the same answer. */
export const ASKED: readonly string[] = [
  'SELECT * FROM bars ORDER BY ALL',
  `SELECT * FROM bars WHERE ticker = 'O''N' AND interval = '1d' ORDER BY ts`,
  `SELECT period, count(*) FROM bars WHERE interval = '1m' GROUP BY ALL ORDER BY ALL`,
  'SELECT * FROM bars_adjusted ORDER BY ALL',
  `SELECT * FROM adjusted_bars('splits', DATE '2026-02-26') WHERE ticker = 'AAPL' ORDER BY ALL`,
  'SELECT * FROM actions ORDER BY ALL',
  'SELECT * EXCLUDE (period) FROM revisions ORDER BY ALL',
  'SELECT * FROM coverage ORDER BY ALL',
  `SELECT ticker, b.close, c.state FROM bars AS b JOIN coverage AS c USING (ticker, interval) WHERE ts::DATE BETWEEN from_day AND to_day ORDER BY ALL`,
  'SELECT count(*) FROM bars WHERE false',
  'DESCRIBE bars',
  'SELECT clse FROM bars',
  'DROP VIEW bars',
  `SELECT * FROM read_csv('/etc/passwd')`,
];
