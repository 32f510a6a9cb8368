import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Market } from '../../src/market/market.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { start } from '../simulator/running.ts';
import { chainStore, dateOf } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

const { at, optionsOf } = chainStore();

beforeEach(() => void vi.stubEnv('POLYGON_API_KEY', POLYGON_KEYS.advanced));
afterEach(() => void vi.unstubAllEnvs());

const [HAD = '', STRANGER = ''] = tickersOf(2);
const RANGE = { start: '2026-09-01', end: '2026-10-30' };
const DIVIDEND: CorporateAction = { kind: 'dividend', exDay: parseDay('2026-10-06'), amount: 0.5 };

/** A Tuesday evening, so many days later. */
const night = (days: number): number => Date.parse('2026-11-10T23:30:00Z') + days * MS_PER_DAY;

/** The whole market as files of a folder, which tell no splits or dividends. */
async function filesOf(market: Market): Promise<string> {
  const folder = `${at()}-csv`;
  await mkdir(folder, { recursive: true });
  for (const ticker of market.tickers()) {
    const rows = market
      .rows(ticker, '1d', { from: parseDay(RANGE.start), to: parseDay(RANGE.end) + 1 })
      .map((row) => [dateOf(row.ts), row.open, row.high, row.low, row.close, row.volume].join());
    await writeFile(join(folder, `${ticker}.csv`), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
  }
  return folder;
}

/** A server that has nothing of `unknown`, a folder that has all, and a run of either or both at a time. */
async function sources(unknown: Set<string>) {
  let now = night(0);
  const market = { ...walkingMarket([HAD, STRANGER]), actions: () => [DIVIDEND] };
  const first = await start({ wire: 'polygon', market: lacking(market, unknown), now: () => now });
  const url = await filesOf(market);
  const { secrets: _ofFree, ...options } = optionsOf(first, first, { clock: () => now });
  const chain = [
    { id: 'polygon', url: first.url, settings: { tier: 'advanced' } },
    { id: 'csv', url, settings: { basis: 'raw' } },
  ];
  return async (day: number, provider = chain) => {
    now = night(day);
    const before = first.entries.length;
    const history = openHistory({ ...options, provider });
    const plan = await history.plan({ tickers: [HAD, STRANGER], ...RANGE });
    const summary = await history.backfill({ tickers: [HAD, STRANGER], ...RANGE });
    const actions = [await history.actions(HAD), await history.actions(STRANGER)].map(({ length }) => length);
    await history.close();
    return { summary, actions, planned: plan.totals.sessions, sent: first.entries.length - before };
  };
}

describe('splits and dividends of a ticker of which the first of a chain has nothing', () => {
  it('are asked for again when its bars would be, each time after twice as long', async () => {
    const run = await sources(new Set([STRANGER]));
    const { summary, actions } = await run(0);
    expect([summary.failures, summary.inserted, actions]).toEqual([[], 86, [1, 0]]);
    const planned: number[] = [];
    for (let day = 0; day <= 7; day++) {
      const { sent, ...told } = await run(day);
      const { fetched, complete, bars } = told.summary;
      expect({ fetched, complete, bars }).toEqual({ fetched: 0, complete: 2, bars: 0 });
      expect(sent > 0).toBe(told.planned > 0);
      planned.push(told.planned);
    }
    expect(planned).toEqual([0, 43, 0, 43, 0, 0, 0, 43]);
  }, 60_000);

  it('are known once it has the ticker and its time has come', async () => {
    const unknown = new Set([STRANGER]);
    const run = await sources(unknown);
    await run(0);
    unknown.clear();
    expect(await run(0)).toMatchObject({ sent: 0, actions: [1, 0] });
    expect(await run(1)).toMatchObject({ planned: 43, actions: [1, 1] });
    expect(await run(2)).toMatchObject({ planned: 0, sent: 0 });
  }, 60_000);

  it('are asked for of what it has, and once of what it has not, where the files were read alone', async () => {
    const run = await sources(new Set([STRANGER]));
    const files = [{ id: 'csv', url: `${at()}-csv`, settings: { basis: 'raw' } }];
    const alone = await run(0, files);
    expect(alone).toMatchObject({ sent: 0, actions: [0, 0] });
    expect(await run(0)).toMatchObject({ planned: 86, actions: [1, 0] });
    expect(await run(0)).toMatchObject({ planned: 0, sent: 0 });
  }, 60_000);
});
