import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import type { Quota } from '../../src/core/plan/quota.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import type { BarRequest, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';
import { inBars, type RowAnswer, withRows } from '../providers/rows.ts';
import { now, store } from './store-at.ts';

export const sample = openSample({ id: 'sample' });
/** So few that a doubt is not worth a second question. */
export const A_DAY = { requests: 25, perMs: MS_PER_DAY };
export const WEEKS = { start: '2025-05-01', end: '2025-05-30' };

/** What a vendor makes of an answer of the sample market. */
export type Alter = (answer: RowAnswer, request: BarRequest, asked: number) => RowAnswer;

/** The sample market as a vendor that tells it in its own way; `asked` counts the requests for a ticker from 1. */
export function vendor(alter: Alter): Provider & { asked: BarRequest[] } {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const times = asked.filter(({ series }) => series.ticker === request.series.ticker).length;
      return inBars(alter(withRows(await sample.fetchBars(request)), request, times));
    },
  };
}

/** The same as one that is asked over a network. */
export const overNetwork = <P extends Provider>(source: P): P => ({
  ...source,
  capabilities: { ...source.capabilities, metered: true },
});

export const honest = () => vendor((answer) => answer);
export const run = (
  source: Provider,
  request: Partial<typeof WEEKS> & { tickers?: string[] } = {},
): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], ...WEEKS, ...request },
    toolsInProcess(source, store, () => now),
  );
export const barsOf = (ticker = 'ALFA') => rowsIn(store, { ticker, interval: '1d' });
export const values = (bars: readonly Ohlcv[]) =>
  bars.map(({ ts, open, close, volume }) => [ts, open, close, volume]);

export function scaled(bar: Ohlcv, ratio: number): Ohlcv {
  const { open, high, low, close } = bar;
  return { ...bar, open: open * ratio, high: high * ratio, low: low * ratio, close: close * ratio };
}
export const on = (date: string) => (bar: Ohlcv) => bar.ts === parseDay(date) * MS_PER_DAY;

/** The two newest of the four final bars that a top-up repeats, a third higher in the answers of which a test holds. */
export const lying = (isLie: (asked: number) => boolean, quotas: readonly Quota[] = []) => ({
  ...vendor((answer, _, asked) => ({
    ...answer,
    bars: answer.bars.map((bar) =>
      isLie(asked) && (on('2025-05-29')(bar) || on('2025-05-30')(bar)) ? scaled(bar, 1.35) : bar,
    ),
  })),
  capabilities: { ...sample.capabilities, metered: true, quotas },
});
