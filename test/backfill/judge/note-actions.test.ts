import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteActions } from '../../../src/backfill/judge/note-actions.ts';
import type { PastAction } from '../../../src/core/actions/action-book.ts';
import { EMPTY_BOOK } from '../../../src/core/actions/action-book.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { coverage, temporaryFolder, update } from '../../store/fixtures.ts';
import { NOW, XNYS, answer, split, stored, want } from '../received.ts';
import type { RowAnswer } from '../../providers/rows.ts';

const TEST = { id: 'test', actions: true } as Capabilities;
const EX = parseDay('2025-06-20');
const HOUR = 3_600_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

const past = (change: Partial<PastAction> = {}): PastAction => ({
  ...{ action: split('2025-06-20', 2), source: 'test', fetchedAt: 1000 },
  ...{ how: 'withdrawn', until: 2000, by: 'test', settled: [], ...change },
});

/** Stores a bar of 2025-06-18, two sessions before the ex-date. */
async function hold(interval: Interval, close: number, change: Partial<Bar> = {}): Promise<void> {
  const day = parseDay('2025-06-18');
  const ts = interval === '1d' ? day * MS_PER_DAY : XNYS.session(day).open + 6 * HOUR;
  const bar = { ...stored(day, close, { fetchedAt: 1500, ...change }), ts };
  const learned = coverage({ present: [{ from: day, to: day + 1 }] });
  await store.upsert(update([bar], { series: { ticker: 'AAPL', interval }, learned }));
}

async function turnedBack(
  interval: Interval,
  one: PastAction,
  change: Partial<RowAnswer> = {},
): Promise<number> {
  const asked = { want: want({ series: { ticker: 'AAPL', interval } }), calendar: XNYS, now: NOW };
  const said = answer({ wireBasis: 'split-adjusted', ...change });
  const heard = await noteActions(said, asked, { ...EMPTY_BOOK, past: [one] }, TEST, store);
  return heard.turnedBack.length;
}

describe('a bar before a withdrawn split', () => {
  it.each(['test', 'test/flat'])(
    'may have been turned back with it if %s gave it while it was in force',
    async (source) => {
      await hold('1d', 100, { source });
      expect(await turnedBack('1d', past())).toBe(1);
      expect(await turnedBack('1d', past({ source: 'other' }))).toBe(0);
      expect(await turnedBack('1d', past({ until: 1500 }))).toBe(0);
      expect(await turnedBack('1d', past({ fetchedAt: 1501 }))).toBe(0);
      expect(await turnedBack('1d', past({ settled: ['1d'] }))).toBe(0);
      expect(await turnedBack('1d', past({ action: split('2025-06-18', 2) }))).toBe(0);
      expect(await turnedBack('1d', past(), { wireBasis: 'raw' })).toBe(0);
    },
  );

  it('may not if another source gave it', async () => {
    await hold('1d', 100, { source: 'csv' });
    expect(await turnedBack('1d', past())).toBe(0);
  });

  it('was not if it is of an intraday series and closes as the daily one that is right', async () => {
    await hold('1h', 100);
    await hold('1d', 100.9, { fetchedAt: 3000 });
    expect(await turnedBack('1h', past({ settled: ['1d'] }))).toBe(0);
    expect(await turnedBack('1h', past())).toBe(1);
    await hold('1d', 50, { fetchedAt: 4000 });
    expect(await turnedBack('1h', past({ settled: ['1d'] }))).toBe(1);
  });
});

describe('a bar before a split that is news', () => {
  const noon = (date: string): number => parseDay(date) * MS_PER_DAY + 12 * HOUR;
  const news = [split('2025-06-20', 2)];
  const covered = [{ from: parseDay('2025-06-18'), to: parseDay('2025-06-19') }];
  async function without(
    change: {
      readonly replacesSince?: number;
      readonly covered?: typeof covered;
      readonly now?: number;
    } = {},
    said: Partial<RowAnswer> = {},
  ): Promise<number> {
    const { replacesSince, now = NOW } = change;
    const asked = { want: want(replacesSince === undefined ? {} : { replacesSince }), calendar: XNYS, now };
    const given = answer({ wireBasis: 'split-adjusted', actions: news, ...said });
    const book = { ...EMPTY_BOOK, covered: change.covered ?? covered };
    return (await noteActions(given, asked, book, TEST, store)).storedWithout.length;
  }

  it.each(['test', 'test/flat'])(
    'was not turned back with it if %s gave it once it was effective',
    async (source) => {
      await hold('1d', 100, { fetchedAt: noon('2025-06-20'), source });
      expect(await without()).toBe(1);
      expect(await without({}, { wireBasis: 'raw' })).toBe(0);
      expect(await without({ covered: [] })).toBe(0);
      expect(await without({ now: noon('2025-06-19') })).toBe(0);
      expect(await without({}, { actions: [split('2025-06-18', 2)] })).toBe(0);
    },
  );

  it('was not adjusted for it if it was fetched before, and is another source’s matter if that gave it', async () => {
    await hold('1d', 100, { fetchedAt: noon('2025-06-19') });
    expect(await without()).toBe(0);
    await hold('1d', 101, { fetchedAt: noon('2025-06-20'), source: 'csv' });
    expect(await without()).toBe(0);
  });

  it('counts, while the series is being replaced, if it was fetched since', async () => {
    const fetchedAt = noon('2025-06-20');
    await hold('1d', 100, { fetchedAt });
    expect(await without({ replacesSince: fetchedAt })).toBe(0);
    expect(await without({ replacesSince: fetchedAt - 1 })).toBe(1);
  });
});

describe('the ex-dates of which an answer would list every action', () => {
  const listed = async (change: Partial<RowAnswer>, capabilities = TEST) => {
    const asked = { want: want(), calendar: XNYS, now: NOW };
    const bars = [stored(EX, 100)];
    return (await noteActions(answer({ bars, ...change }), asked, EMPTY_BOOK, capabilities, store)).told
      .wouldList;
  };

  it('are those after its first day that it proves, or up to today if it is split-adjusted', async () => {
    const [second, today] = [parseDay('2025-06-03'), parseDay('2025-07-16')];
    expect(await listed({})).toEqual({ from: second, to: today });
    expect(await listed({ wireBasis: 'split-adjusted' })).toEqual({ from: second, to: today + 1 });
    expect(await listed({ bars: [] })).toEqual({ from: second, to: second });
  });

  it('are all of the user’s own list', async () => {
    expect(await listed({ bars: [] }, { ...TEST, ownActions: true })).toEqual({
      ...{ from: Number.NEGATIVE_INFINITY, to: parseDay('2025-07-17') },
    });
  });
});
