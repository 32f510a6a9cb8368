import { truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import { rotRows } from '../store/rot.ts';
import {
  beginWithThree,
  actions,
  at,
  countBy,
  daily,
  damagedRevisions,
  exported,
  history,
  hours,
  NOW,
  query,
  RANGE,
  report,
  sample,
  store,
} from './three-series.ts';

beginWithThree();

describe('rows that rotted where no footer tells', () => {
  const run = () =>
    backfill(
      { tickers: ['ALFA', 'BRIQ', 'NYXA'], ...RANGE },
      toolsInProcess(sample, openStore(store), () => NOW),
    );

  it('are missing to the report once an export found them, and the next run brings them back', async () => {
    const whole = (await exported()).rows;
    await rotRows(at(daily('BRIQ')));
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${daily('BRIQ')}: `))).toHaveLength(1);
    expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
    const { setAside, inserted } = await run();
    expect(setAside.map(({ path }) => path)).toEqual([daily('BRIQ')]);
    expect(inserted).toBe(27);
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect((await exported()).rows).toEqual(whole);
    expect((await run()).setAside).toEqual([]);
  });

  it('are missing to everybody once a run met and set them aside, until they are fetched again or given up', async () => {
    const whole = (await exported()).rows;
    for (const heal of [
      async () => expect((await run()).inserted).toBe(27),
      async () => expect(await history.forget('BRIQ', { intervals: ['1d'] })).toMatchObject({ notFound: [] }),
    ]) {
      await rotRows(at(daily('BRIQ')));
      const later = { tickers: ['BRIQ'], start: RANGE.start, end: '2026-02-27' };
      const met = await backfill(
        later,
        toolsInProcess(sample, openStore(store), () => NOW),
      );
      expect(met.failures).toMatchObject([{ code: 'store-corrupt' }]);
      expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
      expect((await query('FROM bars')).leftOut).toEqual([daily('BRIQ')]);
      expect((await exported()).reasons).toEqual([expect.stringContaining(daily('BRIQ'))]);
      const adjusted = history.read({ ticker: 'BRIQ', interval: '1d' }, { adjust: 'splits' });
      await expect(adjusted).rejects.toThrow(daily('BRIQ'));
      await heal();
      expect((await report()).at(-2)).not.toContain('Damaged');
    }
    expect((await exported()).rows).toEqual(whole.filter((row) => !row.startsWith('BRIQ')));
  });

  it('are brought back whole by a run of a few days', async () => {
    const whole = (await exported()).rows;
    for (const path of [daily('BRIQ'), hours('2025'), actions('ALFA')]) await truncate(at(path), 50);
    const tools = toolsInProcess(sample, openStore(store), () => NOW);
    const few = {
      tickers: ['ALFA', 'BRIQ'],
      intervals: ['1d', '1h'],
      start: '2026-01-29',
      end: '2026-01-30',
    } as const;
    const summary = await backfill(few, tools);
    expect(summary.setAside).toHaveLength(3);
    expect([summary.failures, summary.lost]).toEqual([[], undefined]);
    expect((await exported()).rows).toEqual(whole);
    expect(await exported({ adjust: 'splits' })).toMatchObject({ reasons: [] });
    expect((await report({ tickers: ['BRIQ'] })).at(-2)).toMatch(/^Series: 2 {2}Complete: 2 {2}Expected/);
    expect((await history.doctor()).damages).toEqual([]);
  });

  it('stay lost, named by everybody, after a run that could bring back a part', async () => {
    await rotRows(at(daily('BRIQ')));
    await history.doctor({ fix: true });
    const { capabilities } = sample;
    // Its plan reaches back to the middle of January.
    const intervals = {
      ...capabilities.intervals,
      '1d': { ...capabilities.intervals['1d'], lookBackDays: 45 },
    };
    const short = { ...sample, capabilities: { ...capabilities, intervals } } as typeof sample;
    const few = { tickers: ['BRIQ'], start: '2026-01-29', end: '2026-01-30' };
    const tools = toolsInProcess(short, openStore(store), () => NOW);
    for (const inserted of [9, 0]) {
      const summary = await backfill(few, tools);
      expect(summary).toMatchObject({ inserted, failures: [], absent: {}, lost: [{ path: daily('BRIQ') }] });
      expect(exitCodeOf(summary)).toBe(1);
      const ends = [
        /not complete: 1 damaged file not whole again$/,
        new RegExp(`^not there: ${daily('BRIQ')}: damaged, and`),
      ];
      for (const line of ends) expect(summaryText(summary)).toContainEqual(expect.stringMatching(line));
    }
    const lines = coverageText(await history.coverage({ tickers: ['BRIQ'], intervals: ['1d'] }), {
      missing: true,
    });
    expect(lines.at(-2)).toMatch(/^Series: 1 {2}Complete: 0 {2}Damaged: 1 /);
    const missing =
      '  missing 38: 2025-12-22..2026-01-16 (18 sessions), 2026-02-02..2026-03-02 (20 sessions)';
    expect(lines).toContain(missing);
    expect((await history.doctor()).damages).toMatchObject([
      { kind: 'lost', path: daily('BRIQ'), mendable: false },
    ]);
    const { rows, reasons } = await exported();
    expect([countBy(rows, 4), reasons]).toEqual([
      { ALFA: 27, NYXA: 27 },
      [expect.stringContaining(daily('BRIQ'))],
    ]);
    expect(await query("SELECT count(*) FROM bars WHERE interval = '1d'")).toEqual({
      rows: [[54]],
      leftOut: [daily('BRIQ')],
    });
    const briq = { ticker: 'BRIQ', interval: '1d' } as const;
    for (const adjust of ['none', 'splits'] as const) {
      await expect(history.read(briq, { adjust })).rejects.toMatchObject({ code: 'store-corrupt' });
      expect(await history.read(briq, { start: few.start, end: few.end, adjust })).toHaveLength(2);
    }
    expect((await run()).inserted).toBe(18);
    expect(await history.read(briq)).toHaveLength(27);
    expect((await report()).at(-2)).not.toContain('Damaged');
  });

  it('of replaced values are named by the report, and keep no bar from anybody', async () => {
    const path = await damagedRevisions('BRIQ');
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect((await query('FROM revisions')).leftOut).toEqual([path]);
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 3 {2}Damaged: 1 /);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${path}: `))).toHaveLength(1);
    expect((await query('FROM revisions')).leftOut).toEqual([path]);
    expect((await exported()).reasons).toEqual([]);
    const series = { ticker: 'BRIQ', interval: '1d' } as const;
    expect(await history.read(series, { adjust: 'splits' })).toHaveLength(27);
    expect((await run()).setAside.map((file) => file.path)).toEqual([path]);
    expect((await report()).at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
  });

  it('of replaced values are named without a series of which nothing else is left', async () => {
    const path = await damagedRevisions('GONE');
    await query('FROM revisions');
    const lines = await report();
    expect(lines.at(-2)).toMatch(/^Series: 4 {2}Complete: 4 {2}Expected/);
    expect(lines.filter((line) => line.startsWith(`unreadable: ${path}: `))).toHaveLength(1);
  });
});
