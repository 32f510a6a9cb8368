import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeriesResult } from '../../../src/backfill/runner.ts';
import { askForTwins, type SaidAgain } from '../../../src/backfill/settle/stored-again.ts';
import type { StoredTwin } from '../../../src/backfill/settle/stored-twins.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import type { ErrorData } from '../../../src/core/errors.ts';
import { MS_PER_DAY } from '../../../src/core/session/day.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openYahoo } from '../../../src/providers/yahoo/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { NOW, bars, done, span, want } from '../received.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  for (const [ticker, source] of [
    ['ALFA', 'yahoo'],
    ['BRIQ', 'yahoo/flat'],
  ] as const)
    await store.upsert({
      ...{ series: { ticker, interval: '1d' }, calendar: 'XNYS' },
      bars: storedBarsOf(bars([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).map((bar) => ({ ...bar, source }))),
      learned: { present: [span('2025-06-02', '2025-06-13')], provisional: [], absent: [] },
      ...{ identity: UNKNOWN_IDENTITY, fetchedAt: NOW },
    });
});
afterEach(() => folder.remove());

const { capabilities } = openYahoo({ id: 'yahoo' }, OPEN_GATE);

/** One answer: the stored bars, others, some others, another instrument, none; or it is not given. */
type Given = 'same' | 'other' | 'some' | 'renamed' | 'failed' | 'never';

const compared = (of: number, changed: number): SeriesResult =>
  done({ drift: { yahoo: { compared: of, changed, gone: 0, worst: 0 } } });
const refused = (error: Partial<ErrorData>): SeriesResult => ({
  ok: false,
  error: { code: 'bad-answer', message: '', retryable: true, ...error },
});
const RESULTS: Readonly<Record<Exclude<Given, 'never'>, SeriesResult>> = {
  same: compared(4, 0),
  other: refused({ contradicts: true }),
  some: compared(4, 1),
  renamed: refused({ code: 'identity-changed' }),
  failed: refused({ code: 'network' }),
};

/** What is said of the tickers that give these answers, and how often each was asked. */
async function said(
  given: Readonly<Record<string, readonly Given[]>>,
  change: Partial<typeof capabilities> = {},
): Promise<{ said: Record<string, SaidAgain>; asked: Record<string, number> }> {
  const asked: Record<string, number> = {};
  const others = Object.keys(given).map((ticker) => ({ ticker, interval: '1d' }) as const);
  const twin = { told: { want: want(), counts: {} }, others, peers: [] } as unknown as StoredTwin;
  const says = await askForTwins([twin], {
    ...{ store, capabilities: { ...capabilities, ...change }, now: NOW },
    ask: async (tasks) => {
      const answers = new Map();
      for (const one of tasks.flatMap(({ wants }) => wants)) {
        const { ticker } = one.series;
        const answer = given[ticker]?.[asked[ticker] ?? 0] ?? 'never';
        asked[ticker] = (asked[ticker] ?? 0) + 1;
        if (answer !== 'never') answers.set(one, RESULTS[answer]);
      }
      return Promise.resolve(answers);
    },
  });
  return { said: Object.fromEntries(says), asked };
}

describe('a stored series that is asked for again', () => {
  it.each<[readonly Given[], SaidAgain | undefined, number]>([
    [['same', 'same', 'same'], 'same', 3],
    [['other', 'other', 'other'], 'other', 3],
    [['same', 'other', 'other', 'other'], 'other', 4],
    [['other', 'same', 'other', 'same', 'same'], 'same', 5],
    [['same', 'some', 'other', 'failed', 'other'], undefined, 5],
    [['renamed', 'renamed', 'renamed', 'renamed', 'renamed'], undefined, 5],
    [['same', 'same', 'never'], undefined, 3],
  ])('and answers %j is believed by three answers of five: %s', async (answers, believed, times) => {
    expect(await said({ ALFA: answers })).toEqual({
      said: believed === undefined ? {} : { 'ALFA 1d': believed },
      asked: { ALFA: times },
    });
  });

  it('is asked for no longer than it takes, each by itself', async () => {
    expect(await said({ ALFA: ['same', 'same', 'same'], BRIQ: ['other', 'same', 'other', 'other'] })).toEqual(
      { said: { 'ALFA 1d': 'same', 'BRIQ 1d': 'other' }, asked: { ALFA: 3, BRIQ: 4 } },
    );
  });

  it('is asked for once where the day has few requests, which refutes nothing', async () => {
    const quotas = [{ requests: 25, perMs: MS_PER_DAY }];
    expect(await said({ ALFA: ['same'], BRIQ: ['other'] }, { quotas })).toEqual({
      said: { 'ALFA 1d': 'same' },
      asked: { ALFA: 1, BRIQ: 1 },
    });
  });

  it('is asked for once of a source on this machine, which says what it has', async () => {
    expect(await said({ ALFA: ['same'], BRIQ: ['other'] }, { metered: false })).toEqual({
      said: { 'ALFA 1d': 'same', 'BRIQ 1d': 'other' },
      asked: { ALFA: 1, BRIQ: 1 },
    });
  });
});
