import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  noteFills,
  takeBackLeft,
  type TakenFill,
  tellTaken,
} from '../../../src/backfill/settle/left-fills.ts';
import { RunResults } from '../../../src/backfill/run/run-results.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { type Series, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore, Lease } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { NOW, SESSIONS, bars, span, want } from '../received.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let lease: Lease;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  lease = await store.acquire();
});
afterEach(async () => {
  await lease.release();
  await folder.remove();
});

const daily = (ticker: string): Series => ({ ticker, interval: '1d' });
const STORED = span('2025-06-02', '2025-06-13');

/** Fills a series with the bars of an instrument on a level of its own, of the first or the last sessions of two weeks. */
async function fill(ticker: string, level: number, fetchedAt = NOW, [from, to] = [0, 10]): Promise<void> {
  const rows = bars(SESSIONS.slice(from, to)).map((bar) => ({
    ...{ ...bar, open: level, high: level + 2, low: level - 2 },
    ...{ close: level + (bar.ts % 7) / 10, fetchedAt },
  }));
  const learned = { present: [STORED], provisional: [], absent: [] };
  await store.upsert({
    ...{ series: daily(ticker), calendar: 'XNYS', learned, bars: storedBarsOf(rows) },
    ...{ identity: UNKNOWN_IDENTITY, fetchedAt },
  });
}

/** The tickers that are taken back, with what is said of them. */
async function taken(): Promise<readonly TakenFill[]> {
  return takeBackLeft(lease, store, NOW + 1000);
}

async function stored(): Promise<string[]> {
  return [...(await store.scan()).series.values()].map(({ series }) => series.ticker).toSorted();
}

describe('first fills that a killed run did not compare', () => {
  it('are forgotten where they have the bars of another one, be that older or of the same run', async () => {
    await fill('OLD', 50, NOW - 5000);
    await store.firstFills.note(NOW, ['AS-OLD', 'ONE', 'OTHER', 'SOUND', 'NEVER'].map(daily));
    for (const [ticker, level] of [
      ['AS-OLD', 50],
      ['ONE', 60],
      ['OTHER', 60],
      ['SOUND', 70],
    ] as const)
      await fill(ticker, level);
    const back = await taken();
    expect(back.map(({ want: { series, sessions } }) => [series.ticker, sessions])).toEqual([
      ['AS-OLD', 10],
      ['ONE', 10],
      ['OTHER', 10],
    ]);
    expect(back[1]?.message).toMatch(
      /^a run that did not end filled ONE with the very same bars as OTHER: they are not kept; run again for ONE \(to have back what was stored: backfill restore \S+\)$/,
    );
    expect(await stored()).toEqual(['OLD', 'SOUND']);
    const [, id = ''] = /restore (\S+)\)$/.exec(back[0]?.message ?? '') ?? [];
    await store.restoreForgotten(id, NOW + 2000);
    expect(await stored()).toEqual(['AS-OLD', 'OLD', 'ONE', 'OTHER', 'SOUND']);
  });

  it('are found where one reaches further than the other', async () => {
    await store.firstFills.note(NOW, ['LONG', 'SHORT'].map(daily));
    await fill('LONG', 50);
    await fill('SHORT', 50, NOW, [3, 10]);
    expect((await taken()).map(({ want: { series } }) => series.ticker)).toEqual(['LONG', 'SHORT']);
  });

  it('are not what lay there before, what was brought back since, or what a run that ended filled', async () => {
    await fill('ALIAS', 50, NOW - 5000);
    await fill('TWIN', 50, NOW - 5000);
    await fill('ENDED', 50);
    const ended = await store.firstFills.note(NOW, [daily('ENDED')]);
    await store.firstFills.remove([ended]);
    await store.firstFills.note(NOW, [daily('TWIN')]);
    expect(await taken()).toEqual([]);
    expect(await stored()).toEqual(['ALIAS', 'ENDED', 'TWIN']);
  });

  it('are compared once', async () => {
    await store.firstFills.note(NOW, [daily('SOUND')]);
    await fill('SOUND', 50);
    await taken();
    await lease.release();
    lease = await store.acquire();
    expect(await lease.leftFills()).toEqual([]);
  });

  it('are those without a bar before, by the plan', async () => {
    await fill('KNOWN', 50);
    const tasks = ['KNOWN', 'FRESH', 'FRESH'].map((ticker) => ({ wants: [want({ series: daily(ticker) })] }));
    const plan = { tasks } as unknown as Plan;
    await noteFills(plan, await store.scan(), store, NOW);
    expect((await lease.leftFills()).map(({ at, series }) => [at, series])).toEqual([
      [NOW, [daily('FRESH')]],
    ]);
    expect(
      await noteFills({ ...plan, tasks: plan.tasks.slice(0, 1) }, await store.scan(), store, NOW),
    ).toBeUndefined();
  });

  it('are failures of the run, but for those that it asked for again', async () => {
    const results = new RunResults();
    const fills = ['ASKED', 'LEFT'].map((ticker) => ({
      want: want({ series: daily(ticker) }),
      message: ticker,
    }));
    const asked = { tasks: [{ wants: [want({ series: daily('ASKED') })] }] } as unknown as Plan;
    tellTaken(fills, asked, results);
    expect([...results.kept]).toEqual([
      [
        fills[1]?.want,
        { ok: false, error: { code: 'bad-answer', message: 'LEFT', retryable: true, ticker: 'LEFT' } },
      ],
    ]);
  });
});
