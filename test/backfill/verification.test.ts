import { describe, expect, it } from 'vitest';
import { runPrepared } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { prepareVerification } from '../../src/backfill/plan/verify.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { toolsInProcess } from './in-process.ts';
import { beginEmpty, now, store } from './store-at.ts';
import { A_DAY, barsOf, honest, lying, on, run, vendor } from './vendor.ts';

beginEmpty();

describe('a verification', () => {
  const verify = (source: Provider, sample_: number, seed = 1): Promise<RunSummary> =>
    runPrepared(
      (opened, at) => prepareVerification({ sample: sample_, seed }, opened, source, at),
      toolsInProcess(source, store, () => now),
    );
  const YEARS = { tickers: ['ALFA', 'BRIQ', 'CORV'], start: '2023-01-03' };

  it('fetches the sample again and finds nothing where nothing changed', async () => {
    await run(honest(), YEARS);
    const source = honest();
    const summary = await verify(source, 0.1);
    const { compared = 0, ...rest } = summary.drift['sample'] ?? {};
    expect(rest).toEqual({ changed: 0, gone: 0, worst: 0 });
    expect(compared).toBeGreaterThan(100);
    expect(compared).toBeLessThan(3 * 604);
    expect(summary).toMatchObject({ failed: 0, inserted: 0, revised: 0 });
  });

  it('draws the same for the same seed, and another for another', async () => {
    await run(honest(), YEARS);
    const draw = async (seed: number) => {
      const source = honest();
      await verify(source, 0.05, seed);
      return source.asked.map(({ series, range }) => [series.ticker, range]);
    };
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(2)).not.toEqual(await draw(1));
  });

  it('reports what changed and what is gone, keeps the old values, and removes nothing', async () => {
    await run(honest(), YEARS);
    const before = await barsOf();
    const stored = [...(await store.scan()).series.values()].reduce((sum, { rows }) => sum + rows, 0);
    const drifting = vendor((answer) => ({
      ...answer,
      bars: answer.bars
        .filter((bar) => !on('2024-03-05')(bar))
        .map((bar) => (on('2024-03-06')(bar) ? { ...bar, high: bar.high * 1.01 } : bar)),
    }));
    const summary = await verify(drifting, 1);
    expect(summary.drift['sample']).toMatchObject({ compared: stored - 3, changed: 3, gone: 3 });
    expect(summary.drift['sample']?.worst).toBeCloseTo(0.01, 6);
    expect(await barsOf()).toHaveLength(before.length);
    expect(await store.readRevisions({ ticker: 'ALFA', interval: '1d' })).toHaveLength(1);
  });

  it('stores a price that is far off no sooner than a top-up does', async () => {
    await run(honest());
    const before = await barsOf();
    const once = lying((asked) => asked === 1);
    expect(await verify(once, 1)).toMatchObject({ revised: 0, drift: { sample: { changed: 0 } } });
    const summary = await verify(
      lying(() => true, [A_DAY]),
      1,
    );
    expect(summary).toMatchObject({ revised: 0, drift: { sample: { changed: 2 } } });
    expect(summary.warnings.map(({ kind }) => kind)).toEqual(['correction', 'correction']);
    expect(await barsOf()).toEqual(before);
  });

  it('has nothing to do in an empty store, and says so', async () => {
    await expect(verify(honest(), 0.5)).rejects.toMatchObject({ code: 'usage' });
  });
});
