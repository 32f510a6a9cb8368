import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesResult } from '../../src/backfill/runner.ts';
import { formatDay } from '../../src/core/session/day.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import type { CommitFs } from '../../src/store/parquet/files/commit-fs.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { alteringDisk, flipped } from '../store/parquet/altering-disk.ts';
import { notingDisk } from '../store/parquet/noting-disk.ts';
import { NOW, SESSIONS, answer, split, stored, want, runWant } from './received.ts';
import { rowsIn } from '../store/rows.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const RANGE = { from: SESSIONS[0] ?? 0, to: (SESSIONS[19] ?? 0) + 1 };
/** Ex-date in the middle of the answer. */
const SPLIT = split(formatDay(SESSIONS[10] ?? 0), 4);
const BARS = SESSIONS.slice(0, 20).map((day, i) => stored(day, (i < 10 ? 400 : 100) + (i % 7) / 8));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** A task that fetches twenty sessions and the split among them. */
async function run(fs?: CommitFs): Promise<SeriesResult> {
  const sample = openSample({ id: 'sample' });
  const fetchBars = (): ReturnType<Provider['fetchBars']> =>
    Promise.resolve(answer({ proven: RANGE, bars: BARS, actions: [SPLIT] }));
  const provider: Provider = { ...sample, fetchBars };
  const order = want({ series: AAPL, range: RANGE, gaps: [RANGE], sessions: 20 });
  const store = openParquetStore(folder.path, fs);
  return runWant(order, NOW, { provider, store, gate: OPEN_GATE, source: 'test', elapsed: () => 0 });
}

describe('a task whose answer has a split', () => {
  it('has the split durable before it touches the bars', async () => {
    const steps: string[] = [];
    expect((await run(notingDisk(folder.path, steps))).ok).toBe(true);
    const renamed = steps.indexOf('rename actions/ticker=AAPL/.actions.tmp');
    const durable = steps.indexOf('syncdir actions/ticker=AAPL', renamed);
    expect(renamed).toBeGreaterThan(0);
    expect(durable).toBeGreaterThan(renamed);
    const firstOfBars = steps.findIndex((step) => step.includes(' bars/'));
    expect(firstOfBars).toBeGreaterThan(durable);
  });

  it('that dies at any step leaves no bar without the split that it is worth by, and may be run again', async () => {
    const steps: string[] = [];
    await run(notingDisk(folder.path, steps));
    expect(steps.length).toBeGreaterThan(15);
    const store = openParquetStore(folder.path);
    let halves = 0;
    for (let n = 1; n <= steps.length; n++) {
      await store.forget(AAPL);
      await store.forgetActions('AAPL');
      expect((await run(notingDisk(folder.path, [], n))).ok).toBe(false);
      const [bars, actions] = [await rowsIn(store, AAPL), await store.readActions('AAPL')];
      if (bars.length > 0) expect(actions).toEqual([SPLIT]);
      if (actions.length > bars.length) halves++;
      expect((await run()).ok).toBe(true);
      expect(await rowsIn(store, AAPL)).toHaveLength(20);
      expect(await store.readActions('AAPL')).toEqual([SPLIT]);
    }
    // Deaths between the two were among them.
    expect(halves).toBeGreaterThan(5);
  });
});

describe('a task whose bytes do not reach the disk as they were', () => {
  it.each([
    ['bars', 'bars/interval=1d/ticker=AAPL/period=all/bars.parquet'],
    ['actions', 'actions/ticker=AAPL/actions.parquet'],
  ])('fails by its ticker in one line: %s', async (stem, path) => {
    const disk = alteringDisk(folder.path, (bytes, at) =>
      at.includes(`.${stem}.`) ? flipped(bytes, 50) : undefined,
    );
    const result = await run(disk);
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'store-unusable', scope: 'series', ticker: 'AAPL' },
    });
    expect(result.ok ? '' : result.error.message).toMatch(
      new RegExp(
        `^${path} does not read back as it was written: byte 50 of \\d+ is another one; nothing was stored`,
      ),
    );
    expect((await openParquetStore(folder.path).scan()).series.size).toBe(0);
    expect((await run()).ok).toBe(true);
  });
});
