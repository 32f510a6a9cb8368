import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../../src/core/bars/bars.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { AAPL, AAPL_5M, absence, at, coverage, daily, days, NOON, update } from '../../fixtures.ts';
import { unsealedWords } from '../own-words.ts';
import { fileOf, rowsIn } from '../../rows.ts';
import {
  beginWithTwo,
  BARS,
  LEARNED,
  AAPL_FILE,
  root,
  store,
  stateOf,
  expectSetAside,
} from '../two-series.ts';

beginWithTwo();

describe('rows that are not those that were written', () => {
  /** Writes other rows with the knowledge of the file, as an older version had it, perhaps changed. */
  async function rot(
    bars: readonly Bar[],
    change: (json: Record<string, unknown>) => object = (json) => json,
  ): Promise<void> {
    const metadata = JSON.stringify(change(await unsealedWords(join(root, AAPL_FILE))));
    await writeFile(join(root, AAPL_FILE), fileOf(bars, metadata));
  }
  const [first = daily('2026-02-26'), second = daily('2026-02-27')] = BARS;
  const REASON = 'its rows are not those that were written';

  it.each<[string, Partial<Bar>]>([
    ['price', { close: 101.000_000_000_000_01 }],
    ['volume', { volume: 0 }],
    ['number of trades', { trades: 0 }],
    ['source', { source: 'other' }],
    ['time', { fetchedAt: NOON + 1 }],
  ])('are told by a changed %s from sound ones', async (_, values) => {
    await rot([first, { ...second, ...values }]);
    await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await expect(store.readBars(AAPL)).rejects.toThrow(`${AAPL_FILE} is damaged: ${REASON}`);
  });

  it('never pass into a new version of the file', async () => {
    const rotten = [first, { ...second, close: 101.5 }];
    for (const write of [
      () => store.upsert(update([daily('2026-03-02')])),
      () => store.forget(AAPL, days('2026-02-26', '2026-02-27')),
    ]) {
      await store.upsert(update(BARS, { learned: LEARNED }));
      await rot(rotten);
      await expectSetAside(write(), AAPL_FILE, 'sessions');
    }
    expect(await store.listSetAside()).toHaveLength(2);
  });

  it('are no matter to a scan, which reads no rows', async () => {
    await rot([first, { ...second, close: 101.5 }]);
    expect((await store.scan()).setAside).toEqual([]);
    expect(await stateOf(AAPL)).toMatchObject({ coverage: LEARNED });
  });

  it('are found also where the rest of the knowledge is malformed', async () => {
    await rot([first, { ...second, close: 101.5 }], (json) => ({ ...json, absent: 'nonsense' }));
    await expect(rowsIn(store, AAPL)).rejects.toThrow(REASON);
  });

  it.each<[string, (json: Record<string, unknown>) => object]>([
    ['states no digest, as older ones', (json) => ({ ...json, digest: undefined })],
    ['has knowledge of another number of rows', (json) => ({ ...json, rows: 3 })],
    ['has knowledge of another version', (json) => ({ ...json, version: 4 })],
  ])('are accepted of a file that %s', async (_, change) => {
    const bars = [first, { ...second, close: 101.5 }];
    await rot(bars, change);
    expect(await rowsIn(store, AAPL)).toEqual(bars);
  });
});

describe('knowledge that cannot be trusted is rebuilt from the rows', () => {
  /** As the file has it. */
  const CLAIM = {
    ...{ reason: 'vendor-empty', provider: 'sample', attempts: 1, nextRetryAt: null },
    checkedAt: new Date(NOON).toISOString(),
  };
  const rebuilt = {
    coverage: coverage({ present: LEARNED.present }),
    rows: 2,
    fetchedAt: null,
    calendar: 'XNYS',
  };

  /** Writes the same rows with other knowledge, as an older version had it: without a seal. */
  async function rewrite(change: (json: Record<string, unknown>) => unknown): Promise<void> {
    const changed = change(await unsealedWords(join(root, AAPL_FILE)));
    await writeFile(
      join(root, AAPL_FILE),
      fileOf(BARS, typeof changed === 'string' ? changed : JSON.stringify(changed)),
    );
  }

  it('but not if it is as it was', async () => {
    await rewrite((json) => json);
    expect(await stateOf(AAPL)).toMatchObject({ coverage: LEARNED, fetchedAt: NOON });
  });

  it('but not if it is of the first version, in which an absence was the word of one provider', async () => {
    const first = { from: '2026-02-25', to: '2026-02-26', ...CLAIM };
    await rewrite((json) => ({ ...json, version: 1, absent: [first] }));
    const known = absence(days('2026-02-25', '2026-02-26'), { reason: 'vendor-empty' });
    expect(await stateOf(AAPL)).toMatchObject({
      coverage: { ...LEARNED, absent: [known] },
      fetchedAt: NOON,
    });
  });

  it('and is put in order if its ranges are not', async () => {
    const present = [
      ['2026-02-27', '2026-02-28'],
      ['2026-02-26', '2026-02-28'],
    ];
    await rewrite((json) => ({ ...json, present }));
    expect(await stateOf(AAPL)).toMatchObject({ coverage: LEARNED, fetchedAt: NOON });
  });

  it.each<[string, (json: Record<string, unknown>) => unknown]>([
    ['no JSON', () => 'nonsense'],
    ['not even an object', () => null],
    ['of another version', (json) => ({ ...json, version: 4 })],
    ['of another version and ticker', (json) => ({ ...json, version: 4, ticker: 'MSFT' })],
    ['of no ticker', (json) => ({ ...json, ticker: undefined })],
    ['of a ticker that is no text', (json) => ({ ...json, ticker: 5 })],
    ['of another basis', (json) => ({ ...json, basis: 'split-adjusted' })],
    ['of another number of rows', (json) => ({ ...json, rows: 3 })],
    ['of another first bar', (json) => ({ ...json, firstTs: 0 })],
    ['of another last bar', (json) => ({ ...json, lastTs: 0 })],
    ['of a calendar that there is not', (json) => ({ ...json, calendar: 'XXXX' })],
    ['with an impossible date', (json) => ({ ...json, present: [['2026-02-30', '2026-03-01']] })],
    [
      'with a reason that there is not',
      (json) => ({
        ...json,
        absent: [{ from: '2026-02-25', to: '2026-02-26', by: [{ ...CLAIM, reason: 'mood' }] }],
      }),
    ],
    [
      'with an absence that nobody claims',
      (json) => ({ ...json, absent: [{ from: '2026-02-25', to: '2026-02-26', by: [] }] }),
    ],
    ['without a list', (json) => ({ ...json, absent: undefined })],
  ])('if it is %s', async (_, change) => {
    await rewrite(change);
    expect(await stateOf(AAPL)).toMatchObject(rebuilt);
    await store.upsert(
      update([daily('2026-03-02')], { learned: coverage({ present: [days('2026-03-02', '2026-03-03')] }) }),
    );
    expect((await stateOf(AAPL))?.coverage).toEqual(
      coverage({ present: [days('2026-02-26', '2026-03-03')] }),
    );
  });

  it('and speaks for the days of its own period only', async () => {
    const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
    const present = [days('2025-12-31', '2026-01-03')];
    await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
    const path = join(root, barsPath({ series: AAPL_5M, period: '2025' }));
    const words = await unsealedWords(path);
    expect(words['present']).toEqual([['2025-12-31', '2026-01-01']]);
    const longer = JSON.stringify({ ...words, present: [['2025-12-31', '2026-12-01']] });
    await writeFile(path, fileOf(bars.slice(0, 1), longer));
    expect((await stateOf(AAPL_5M))?.coverage).toEqual(
      coverage({ present: [days('2025-12-31', '2026-01-03')] }),
    );
  });
});
