import { rm } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import { remember } from '../store/parquet/beside/cached.ts';
import {
  actions,
  at,
  beginWithThree,
  daily,
  exported,
  history,
  hours,
  NOW,
  query,
  report,
  sample,
  store,
} from './three-series.ts';

beginWithThree();

beforeEach(() => remember(store));

const FEW = { start: '2026-01-29', end: '2026-01-30' } as const;
const run = (tickers: readonly string[], by = sample): Promise<RunSummary> =>
  backfill(
    { tickers, intervals: ['1d', '1h'], ...FEW },
    toolsInProcess(by, openStore(store), () => NOW),
  );
const take = (path: string): Promise<void> => rm(at(path), { recursive: true });

describe('a file of the store that is gone', () => {
  it('is missing to everybody, by name', async () => {
    await take(daily('BRIQ'));
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
    expect(lines).toContainEqual(expect.stringMatching(`^not there: ${daily('BRIQ')}: gone, and`));
    expect((await query('FROM bars')).leftOut).toEqual([daily('BRIQ')]);
    expect((await exported()).reasons).toEqual([
      expect.stringMatching(/gone, and .* from 2025-12-22 to 2026-01-30/),
    ]);
    expect((await history.doctor()).damages).toMatchObject([
      { kind: 'lost', path: daily('BRIQ'), mendable: false },
    ]);
  });

  it('is brought back whole by a run of a few days, and then all is quiet', async () => {
    const whole = (await exported()).rows;
    for (const path of [daily('BRIQ'), hours('2025'), 'actions/ticker=ALFA']) await take(path);
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 1 {2}Damaged: 3 /);
    const summary = await run(['ALFA', 'BRIQ']);
    expect([summary.failures, summary.lost, exitCodeOf(summary)]).toEqual([[], undefined, 0]);
    expect((await exported()).rows).toEqual(whole);
    expect((await report({ tickers: ['BRIQ'] })).at(-2)).toMatch(/^Series: 2 {2}Complete: 2 {2}Expected/);
    expect((await history.doctor()).damages).toEqual([]);
  });

  it('stays lost after a run that could bring back a part, until it is given up', async () => {
    await take(daily('BRIQ'));
    const { capabilities } = sample;
    const intervals = {
      ...capabilities.intervals,
      '1d': { ...capabilities.intervals['1d'], lookBackDays: 45 },
    };
    const short = { ...sample, capabilities: { ...capabilities, intervals } } as typeof sample;
    for (const inserted of [9, 0]) {
      const summary = await run(['BRIQ'], short);
      expect(summary).toMatchObject({ inserted, failures: [], lost: [{ path: daily('BRIQ') }] });
      expect(exitCodeOf(summary)).toBe(1);
      const line = expect.stringMatching(
        `^not there: ${daily('BRIQ')}: gone, and .* from 2025-12-22 to 2026-01-16`,
      );
      expect(summaryText(summary)).toContainEqual(line);
    }
    expect(await history.forget('BRIQ', { intervals: ['1d'] })).toMatchObject({ notFound: [] });
    expect((await report()).at(-2)).toMatch(/^Series: 3 {2}Complete: 3 {2}Expected/);
    expect((await history.doctor()).damages).toEqual([]);
  });

  it('is given up by forgetting the ticker, of which nothing is left', async () => {
    for (const path of [`bars/interval=1d/ticker=ALFA`, actions('ALFA')]) await take(path);
    expect(await history.forget('ALFA')).toMatchObject({ rows: 0, notFound: [] });
    await remember(store);
    expect((await report()).at(-2)).toMatch(/^Series: 3 {2}Complete: 3 {2}Expected/);
  });
});
