import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Split } from '../../src/core/bars/bars.ts';
import { MS_PER_DAY, formatDay, parseDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/index.ts';
import { isComplete } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { sampled } from '../needs.ts';
import { startSimulator } from '../../src/simulator/server.ts';

const market = sampleMarket(1);
const START = '2024-01-02';
const END = '2024-12-30';
const RUN_DAYS = ['2025-01-15', '2026-06-30', '2027-10-01'];

/** Tickers that a vendor still knows on a day, with the splits that its prices of the range are adjusted for. */
function tickersAlive(day: string): string[] {
  return market.tickers().filter((ticker) => {
    const listing = market.listing(ticker);
    const delisted = listing?.delistedOn ?? null;
    return (delisted === null || delisted > parseDay(day)) && (listing?.firstTrade ?? 0) < parseDay(END);
  });
}

describe.each(sampled(RUN_DAYS, 3, 'days of runs'))(
  'the sample market over a split-adjusting wire, backfilled on %s',
  (day) => {
    const now = Date.parse(`${day}T23:30:00Z`);
    let folder = '';

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'backfill-truth-'));
      const simulator = await startSimulator({ wire: 'yahoo', market, now: () => now });
      const provider = { id: 'yahoo', url: simulator.url };
      const history = openHistory({ store: folder, provider, workers: 1, clock: () => now });
      const summary = await history.backfill({ tickers: tickersAlive(day), start: START, end: END });
      expect(summary.failures).toEqual([]);
      await simulator.close();
    }, 60_000);

    afterAll(() => rm(folder, { recursive: true }));

    it('is stored as it was traded, to the precision of the wire', async () => {
      const history = openHistory({ store: folder });
      const range = { from: parseDay(START), to: parseDay(END) + 1 };
      let compared = 0;
      let adjusted = 0;
      for (const ticker of tickersAlive(day)) {
        const stored = await history.read({ ticker, interval: '1d' }, { start: START, end: END });
        const traded = market.rows(ticker, '1d', range).filter(isComplete);
        expect(
          stored.map(({ ts }) => ts),
          ticker,
        ).toEqual(traded.map(({ ts }) => ts));
        for (const [i, bar] of traded.entries()) {
          const splits = market.actions(ticker).filter((action): action is Split => action.kind === 'split');
          const later = splits.filter(({ exDay }) => exDay * MS_PER_DAY > bar.ts && exDay <= parseDay(day));
          const shares = later.reduce((product, { ratio }) => product * ratio, 1);
          if (shares !== 1) adjusted++;
          for (const field of ['open', 'high', 'low', 'close'] as const) {
            const off = Math.abs((stored[i]?.[field] ?? 0) / bar[field] - 1);
            expect(off, `${ticker} ${formatDay(bar.ts / MS_PER_DAY)} ${field}`).toBeLessThanOrEqual(2e-7);
          }
          const half = 0.5 / shares + (shares === 1 ? 0 : 0.5);
          expect(Math.abs((stored[i]?.volume ?? -1) - bar.volume), ticker).toBeLessThanOrEqual(half);
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(10_000);
      expect(adjusted).toBeGreaterThan(20);
    });

    it('keeps the splits and dividends of the range as declared', async () => {
      const history = openHistory({ store: folder });
      for (const ticker of tickersAlive(day)) {
        const stored = await history.actions(ticker);
        const declared = market
          .actions(ticker)
          .filter(({ exDay }) => exDay >= parseDay(START) && exDay <= parseDay(day));
        expect(
          stored.map(({ kind, exDay }) => [kind, exDay]),
          ticker,
        ).toEqual(declared.map(({ kind, exDay }) => [kind, exDay]));
        for (const [i, action] of declared.entries()) {
          const [a, b] = [stored[i], action].map((one) =>
            one?.kind === 'split' ? one.ratio : (one?.amount ?? 0),
          );
          expect(Math.abs((a ?? 0) / (b ?? 1) - 1), ticker).toBeLessThanOrEqual(2e-7);
        }
      }
    });
  },
);
