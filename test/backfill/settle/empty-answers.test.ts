import { describe, expect, it } from 'vitest';
import { NO_BARS } from '../../../src/core/bars/columns.ts';
import { isStorm } from '../../../src/backfill/run/ledger.ts';
import type { SeriesResult } from '../../../src/backfill/runner.ts';
import { settleEmptyAnswers } from '../../../src/backfill/settle/empty-answers.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import type { BarStore, SeriesUpdate } from '../../../src/store/store.ts';
import { NOW, done, settled, span, want } from '../received.ts';

const present = [span('2025-06-02', '2025-06-06')];
const unconfirmed = { ...NOTHING_KNOWN, present };
const about = (ticker: string): Want => want({ series: { ticker, interval: '1d' } });
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `T${i}`);

interface Source {
  readonly upsert?: BarStore['upsert'];
  readonly metered?: boolean;
}

/** Settles a run in which some tickers were silent and others not; gives the results and what was stored. */
async function settle(results: Map<Want, SeriesResult>, { upsert, metered = true }: Source = {}) {
  const updates: SeriesUpdate[] = [];
  const noting = async (update: SeriesUpdate) => {
    await Promise.resolve();
    updates.push(update);
    return { inserted: 0, changed: 0, revised: 0, partitions: 1 };
  };
  const store = { upsert: upsert ?? noting } as unknown as BarStore;
  const tools = { store, provider: 'test', metered, now: NOW };
  return { judged: await settled(results, (taken) => settleEmptyAnswers(taken, tools)), updates };
}

function run(silent: readonly string[], spoken: readonly string[]): Map<Want, SeriesResult> {
  return new Map([
    ...silent.map((ticker): [Want, SeriesResult] => [about(ticker), done({ unconfirmed })]),
    ...spoken.map((ticker): [Want, SeriesResult] => [about(ticker), done()]),
  ]);
}

describe('answers without a row', () => {
  it('are recorded, as they would have been, where few tickers got one', async () => {
    const { judged, updates } = await settle(run(['ALFA'], ['BRIQ']));
    expect(judged).toEqual([done({ unconfirmed }), done()]);
    expect(updates).toEqual([
      {
        ...{
          series: { ticker: 'ALFA', interval: '1d' },
          calendar: 'XNYS',
          bars: NO_BARS,
          learned: unconfirmed,
        },
        ...{ identity: UNKNOWN_IDENTITY, fetchedAt: NOW },
      },
    ]);
  });

  it('are the provider’s fault, worth another try, where too many did', async () => {
    const { judged, updates } = await settle(run(names(5), ['BRIQ']));
    expect(updates).toEqual([]);
    expect(judged.slice(0, 5).every((result) => !result.ok)).toBe(true);
    expect(judged[0]).toEqual({
      ok: false,
      error: {
        ...{ code: 'provider-fault', retryable: true, ticker: 'T0', provider: 'test' },
        message:
          'test answered 5 of 6 tickers without a row: taken for its own fault; run again later, or, if it is right, ask for ' +
          'fewer than 5 of them in one run',
      },
    });
    expect(judged[5]).toEqual(done());
  });

  it('are never the fault of a source on this machine, which says the same again: they are recorded', async () => {
    const { judged, updates } = await settle(run(names(8), ['BRIQ']), { metered: false });
    expect(judged).toEqual([...names(8).map(() => done({ unconfirmed })), done()]);
    expect(updates.map(({ series }) => series.ticker)).toEqual(names(8));
  });

  it('are counted by ticker, not by task', async () => {
    const twice = new Map([...run(names(3), []), ...run(names(3), [])]);
    expect((await settle(twice)).updates).toHaveLength(6);
    // 5 of 41 tickers are a storm, 5 of 60 tasks would be none.
    const tasks = [...run(names(5), []), ...run([], names(41).slice(5)), ...run([], names(24).slice(5))];
    const { updates, judged } = await settle(new Map(tasks));
    expect([judged.length, updates]).toEqual([60, []]);
  });

  it('prove nothing of a partition that is damaged, which is no reason to stop', async () => {
    const fail = (code: 'store-corrupt' | 'store-unusable') => () =>
      Promise.reject(new BackfillError(code, code));
    expect((await settle(run(['ALFA'], []), { upsert: fail('store-corrupt') })).judged).toEqual([
      done({ unconfirmed }),
    ]);
    await expect(settle(run(['ALFA'], []), { upsert: fail('store-unusable') })).rejects.toMatchObject({
      code: 'store-unusable',
    });
  });
});

describe('a storm', () => {
  it('is at least five tickers and more than a tenth of a run', () => {
    expect([isStorm(4, 4), isStorm(5, 5), isStorm(5, 49)]).toEqual([false, true, true]);
    expect([isStorm(5, 50), isStorm(6, 60), isStorm(7, 60)]).toEqual([false, false, true]);
  });
});
