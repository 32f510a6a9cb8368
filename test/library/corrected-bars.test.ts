import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { findIssues } from '../../src/library/issues.ts';
import { backfill } from '../../src/backfill/backfill.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { NOON, update } from '../store/fixtures.ts';
import { beginEmpty, now, store } from '../backfill/store-at.ts';
import { barsOf, honest, lying, on, run, sample, scaled, vendor } from '../backfill/vendor.ts';

beginEmpty();

const LATER = { start: '2025-05-01', end: '2025-06-10' };

const corrections = (warnings: RunSummary['warnings']) =>
  warnings.filter(({ kind }) => kind === 'correction');
const issues = async () => corrections((await findIssues(store, {}, NOON)).warnings);

/** A vendor whose bars of some days are other ones. */
const changing = (isChanged: (bar: Ohlcv) => boolean, change: (bar: Ohlcv) => Ohlcv) => ({
  ...vendor((answer) => ({
    ...answer,
    bars: answer.bars.map((bar) => (isChanged(bar) ? { ...bar, ...change(bar) } : bar)),
  })),
  capabilities: { ...sample.capabilities, metered: true, quotas: [] },
});

describe('the issues of a store after final prices were corrected', () => {
  it('tell the same as the run that took them', async () => {
    await run(honest());
    const { warnings } = await run(
      lying(() => true),
      LATER,
    );
    expect(corrections(warnings).map(({ session }) => session)).toEqual(['2025-05-29', '2025-05-30']);
    expect(await issues()).toEqual(corrections(warnings));
  });

  it('tell of a single field that one bar has otherwise', async () => {
    await run(honest());
    const source = changing(on('2025-05-29'), (bar) => ({ ...bar, high: bar.high * 8 }));
    const { warnings } = await run(source, LATER);
    const [correction] = corrections(warnings);
    expect(correction?.note).toMatch(/^final high [\d.]+ became [\d.]+: the old bar is kept as a revision$/);
    expect(await issues()).toEqual([correction]);
  });

  it('tell of the last one where it was taken back, as the run that did', async () => {
    await run(honest());
    await run(
      lying(() => true),
      LATER,
    );
    const back = changing(
      () => false,
      (bar) => bar,
    );
    const again = { tickers: ['ALFA'], start: '2025-05-29', end: '2025-05-30', everything: true };
    const { warnings } = await backfill(
      again,
      toolsInProcess(back, store, () => now + 1),
    );
    expect(corrections(warnings)).toHaveLength(2);
    expect(await issues()).toEqual(corrections(warnings));
  });

  it('tell of no correction that vendors usually make', async () => {
    await run(honest());
    await run(
      changing(on('2025-05-29'), (bar) => scaled(bar, 1.01)),
      LATER,
    );
    expect(await store.readRevisions({ ticker: 'ALFA', interval: '1d' })).toHaveLength(1);
    expect(await issues()).toEqual([]);
  });

  it('tell nothing of a bar that was forgotten since', async () => {
    await run(honest());
    await run(
      lying(() => true),
      LATER,
    );
    const day = parseDay('2025-05-29');
    await store.forget({ ticker: 'ALFA', interval: '1d' }, { from: day, to: day + 1 });
    expect((await issues()).map(({ session }) => session)).toEqual(['2025-05-30']);
  });

  it('tell nothing of a bar that was stored anew since', async () => {
    await run(honest());
    await run(
      lying(() => true),
      LATER,
    );
    const day = parseDay('2025-05-29');
    await store.forget({ ticker: 'ALFA', interval: '1d' }, { from: day, to: day + 1 });
    await run(changing(on('2025-05-29'), (bar) => scaled(bar, 1.2)));
    expect((await issues()).map(({ session }) => session)).toEqual(['2025-05-30']);
  });

  it('tell of bars that one answer changed by one ratio while older ones stayed', async () => {
    await run(honest());
    const bars = await barsOf();
    const newest = bars
      .slice(-4)
      .map((bar) => ({ ...scaled(bar, 1.35), fetchedAt: now + 1, source: 'sample' }));
    await store.upsert(update(newest, { series: { ticker: 'ALFA', interval: '1d' } }));
    expect(await issues()).toHaveLength(4);
  });

  it('tell once that the whole series was restated, as its run does, and of none of its bars', async () => {
    await run(honest());
    const restating = changing(
      () => true,
      (bar) => scaled(bar, 0.93),
    );
    const { warnings } = await run(restating, LATER);
    expect((await store.readRevisions({ ticker: 'ALFA', interval: '1d' })).length).toBeGreaterThan(15);
    expect(corrections(warnings)).toEqual([]);
    expect(await issues()).toEqual([]);
    const { length } = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    const restated = ({ kind }: RunSummary['warnings'][number]): boolean => kind === 'restated';
    expect(warnings.filter(restated)).toMatchObject([
      {
        session: '2025-05-30',
        note: `${length} final bars up to 2025-05-30 changed by 0.930000, which no split explains: the old ones are kept as revisions`,
      },
    ]);
    expect((await findIssues(store, {}, NOON)).warnings.filter(restated)).toEqual(warnings.filter(restated));
  });
});
