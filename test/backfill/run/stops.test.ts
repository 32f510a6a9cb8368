import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BackfillTools, backfill } from '../../../src/backfill/backfill.ts';
import { stopOf } from '../../../src/backfill/run/stops.ts';
import { BackfillError, type ErrorCode, errorData, scopeOf } from '../../../src/core/errors.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { ActionsRequest, BarRequest, Capabilities, Provider } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { joinRuns } from '../../../src/backfill/settle/joined-runs.ts';
import { summaryText } from '../../../src/report/run-text.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { toolsInProcess } from '../in-process.ts';

const NOW = Date.parse('2025-06-20T12:00:00Z');
const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE', 'QUIL', 'UMBR', 'VELM', 'WQAL'];
const WEEK = { tickers: TICKERS, start: '2025-06-02', end: '2025-06-06' } as const;
const DAY_OF = (requests: number) => [{ requests, perMs: 86_400_000 }];

let folder = '';
let store: BarStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-stops-'));
  store = openStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const sample = openSample({ id: 'sample' });

/** The sample market behind a door that may stay shut. */
function door(fault: (ticker: string, interval: Interval) => ErrorCode | undefined) {
  const asked: BarRequest[] = [];
  const provider: Provider = {
    ...sample,
    fetchBars: async (request) => {
      asked.push(request);
      const code = fault(request.series.ticker, request.series.interval);
      if (code !== undefined) throw new BackfillError(code, `${code} of ${request.series.ticker}`);
      return sample.fetchBars(request);
    },
  };
  return { provider, asked };
}

/** Tools of a run with so many tasks in work at once. */
function tools(provider: Provider, capacity: number, more: Partial<BackfillTools> = {}): BackfillTools {
  const base = toolsInProcess(provider, store, () => NOW);
  return {
    ...base,
    startRunner: async (...asked) => ({ ...(await base.startRunner(...asked)), capacity }),
    ...more,
  };
}

describe('a wrong key', () => {
  it('ends the run after the first request, with one line that names it', async () => {
    const { provider, asked } = door(() => 'unauthorized');
    const summary = await backfill(WEEK, tools(provider, 1));
    expect(asked).toHaveLength(1);
    expect(summary).toMatchObject({ fetched: 0, failed: 0, notRun: 8, failures: [] });
    expect(summary.stopped).toEqual({ reason: 'refused', message: 'unauthorized of ALFA' });
    expect(summaryText(summary)).toContainEqual(
      expect.stringMatching(/^Stopped after 0 tickers: .*key \(unauthorized of ALFA\)/),
    );
  });

  it('is named by itself, whatever failed before', async () => {
    const { provider } = door((ticker) => (ticker === 'ALFA' ? 'network' : 'unauthorized'));
    const { stopped, failures } = await backfill(WEEK, tools(provider, 1));
    expect(failures).toMatchObject([{ ticker: 'ALFA', code: 'network' }]);
    expect(stopped).toEqual({ reason: 'refused', message: 'unauthorized of NYXA' });
  });

  it('costs what was under way where more tasks run at once', async () => {
    const { provider, asked } = door(() => 'unauthorized');
    await backfill(WEEK, tools(provider, 3));
    expect(asked).toHaveLength(3);
  });

  it.each([
    [25, 1],
    [299, 1],
    [300, 3],
  ])('costs, of %i requests a day, %i where three tasks run at once', async (quota, cost) => {
    const { provider, asked } = door(() => 'unauthorized');
    const capabilities = { ...provider.capabilities, quotas: DAY_OF(quota) };
    await backfill(WEEK, tools(provider, 3, { capabilities }));
    expect(asked).toHaveLength(cost);
  });

  it('does not slow a run down whose first task went well', async () => {
    const { provider, asked } = door(() => undefined);
    const capabilities = { ...provider.capabilities, quotas: DAY_OF(25) };
    const started: number[] = [];
    const onEvent: BackfillTools['onEvent'] = ({ type }) =>
      void (type === 'started' && started.push(asked.length));
    const summary = await backfill(WEEK, tools(provider, 3, { capabilities, onEvent }));
    expect(summary).toMatchObject({ fetched: 8, failed: 0, stopped: null });
    // One alone, then three at once.
    expect(started.slice(0, 4)).toEqual([0, 1, 1, 1]);
  });
});

describe('splits and dividends that are asked for apart', () => {
  /** The sample market in windows of two days, whose splits nobody tells. */
  function told(code: ErrorCode, retryable = false) {
    const asked: string[] = [];
    const { provider, asked: bars } = door(() => undefined);
    const hourly = { ...sample.capabilities.intervals['1h'], maxSpanDays: 2, requestsForActions: 1 };
    const apart = {
      ...provider,
      capabilities: { ...provider.capabilities, intervals: { '1h': { ...hourly } } } as Capabilities,
      fetchActions: async ({ tickers: [ticker = ''] }: ActionsRequest) => {
        asked.push(ticker);
        const error = new BackfillError(code, `${code} of ${ticker}`, { retryable });
        return [{ ticker, error }];
      },
    };
    return { provider: apart, asked, bars };
  }
  const HOURS = { ...WEEK, intervals: ['1h'] } as const;

  it('end the run where the key is wrong', async () => {
    const { provider, asked, bars } = told('unauthorized');
    const { stopped, notRun, requests } = await backfill(HOURS, tools(provider, 1));
    expect([asked, bars]).toEqual([['ALFA'], []]);
    expect(stopped).toEqual({ reason: 'refused', message: 'unauthorized of ALFA' });
    expect([notRun, requests]).toEqual([8, 0]);
  });

  it('close the intervals that need them where there is no right to them', async () => {
    const { provider, asked, bars } = told('not-entitled');
    const { failed, notRun, refused } = await backfill(HOURS, tools(provider, 1));
    expect([asked, bars]).toEqual([['ALFA'], []]);
    // What is left of the first one counts too.
    expect([failed, notRun]).toEqual([1, 8]);
    expect(refused).toMatchObject([
      { interval: '1h', code: 'not-entitled', message: 'not-entitled of ALFA' },
    ]);
  });

  it('are left to the bars to ask for again where that may pass', async () => {
    const { provider, asked, bars } = told('network', true);
    const summary = await backfill(HOURS, tools(provider, 2));
    expect([asked.length, bars.length]).toEqual([8, 24]);
    expect(summary).toMatchObject({ failed: 0, fetched: 8 });
  });
});

describe('a right that is missing', () => {
  const only1h = (_: string, interval: Interval): ErrorCode | undefined =>
    interval === '1h' ? 'not-entitled' : undefined;

  it('closes its interval after the first request, and the others go on', async () => {
    const { provider, asked } = door(only1h);
    const summary = await backfill({ ...WEEK, intervals: ['1h', '1d'] }, tools(provider, 1));
    expect(asked.filter(({ series }) => series.interval === '1h')).toHaveLength(1);
    expect(asked.filter(({ series }) => series.interval === '1d')).toHaveLength(8);
    expect(summary).toMatchObject({ series: 16, fetched: 8, failed: 1, notRun: 7, stopped: null });
    expect(summary.failures).toMatchObject([{ ticker: 'ALFA', interval: '1h', code: 'not-entitled' }]);
    const message = 'not-entitled of ALFA';
    expect(summary.refused).toEqual([
      { interval: '1h', code: 'not-entitled', message, tickers: TICKERS.slice(1) },
    ]);
  });

  it('is one line, however many tickers were left and however many were under way', async () => {
    const { provider } = door(only1h);
    const summary = await backfill({ ...WEEK, intervals: ['1h'] }, tools(provider, 3));
    expect(summary).toMatchObject({ failed: 1, notRun: 7 });
    const short = { columns: Number.POSITIVE_INFINITY, isWhole: false, hasColours: false };
    const lines = summaryText(summary, short).filter((line) => line.includes('not-entitled'));
    expect(lines).toHaveLength(1);
    // Which of those under way is answered first is nobody's to say; it is named before the others.
    const [, first = '', names = ''] =
      /^1h is not open to this key \(not-entitled of (\w+)\); 8 tickers: (.*) and 3 more$/.exec(
        lines[0] ?? '',
      ) ?? [];
    const named = names.split(', ');
    expect(named[0]).toBe(first);
    expect(new Set(named).size).toBe(5);
    expect(WEEK.tickers).toEqual(expect.arrayContaining(named));
  });

  it('is told of each ticker where each is wanted', async () => {
    const { provider } = door(only1h);
    const lines = summaryText(await backfill({ ...WEEK, intervals: ['1h'] }, tools(provider, 1)));
    expect(lines).toContain(
      `1h is not open to this key (not-entitled of ALFA); left: ${TICKERS.slice(1).join(', ')}`,
    );
    expect(lines).toContain('FAILED (1)');
  });

  it('is asked for again by the next run', async () => {
    await backfill({ ...WEEK, intervals: ['1h'] }, tools(door(only1h).provider, 1));
    const { provider } = door(() => undefined);
    expect(await backfill({ ...WEEK, intervals: ['1h'] }, tools(provider, 1))).toMatchObject({
      fetched: 8,
      refused: [],
    });
  });
});

const UNRECORDED = 'This run is not on record: its record could not be kept in the store.';

describe('a disk that fails', () => {
  const broken = (): BackfillError =>
    new BackfillError('store-unusable', 'the store S cannot be used: the disk is full');

  it('ends the run after the first commit, keeps what was stored, and says so though it cannot record the run', async () => {
    const { provider, asked } = door(() => undefined);
    let commits = 0;
    const full = openStore(folder);
    const editWell = full.edit.bind(full);
    full.edit = async (...args) => {
      const edit = await editWell(...args);
      const commit: typeof edit.commit = (change) => {
        if (change.bars !== undefined && ++commits > 2) throw broken();
        return edit.commit(change);
      };
      return { ...edit, commit };
    };
    full.saveRun = () => Promise.reject(broken());
    const base = toolsInProcess(provider, full, () => NOW);
    const summary = await backfill(WEEK, base);
    expect(asked).toHaveLength(3);
    expect(summary).toMatchObject({ fetched: 2, failed: 0, notRun: 6, stopped: { reason: 'store-failed' } });
    expect([summary.runId, summary.unrecorded]).toEqual([undefined, true]);
    expect((await store.scan()).series.size).toBe(2);
    expect(summaryText(summary)).toContain(UNRECORDED);
    expect(summaryText(summary)).toContain(
      'Stopped after 2 tickers: the store S cannot be used: the disk is full. ' +
        'What was stored before is safe. Run the same command once that is mended.',
    );
  });

  it('is a failure though only the record of the run is lost', async () => {
    const { provider } = door(() => undefined);
    store.saveRun = () => Promise.reject(broken());
    const summary = await backfill(WEEK, tools(provider, 1));
    expect(summary).toMatchObject({ fetched: 8, notRun: 0, stopped: { reason: 'store-failed' } });
    const { unrecorded: _unrecorded, ...rest } = summary;
    expect(summaryText(joinRuns([summary, { ...rest, stopped: null }]))).toContain(UNRECORDED);
  });

  it('under the record of the quota ends the run with its own name, not as a provider that is down', async () => {
    const { provider } = door((ticker) => (ticker > 'N' ? 'provider-down' : undefined));
    const base = tools(provider, 1);
    const startRunner: BackfillTools['startRunner'] = async (...asked) => ({
      ...(await base.startRunner(...asked)),
      close: () => Promise.reject(broken()),
    });
    const summary = await backfill(WEEK, { ...base, startRunner });
    expect(summary).toMatchObject({ fetched: 1, notRun: 7, stopped: { reason: 'store-failed' } });
    expect(summaryText(summary)).not.toContain(UNRECORDED);
  });
});

describe('a provider that falls silent', () => {
  it.each([
    ['network', 'provider-down', 'Stopped after 1 ticker: the provider is down (network of NYXA). '],
    ['unreachable', 'unreachable', 'Unreachable of NYXA Stopped after 1 ticker. '],
  ] as const)('over %s ends the run as %s', async (code, reason, words) => {
    const { provider } = door((ticker) =>
      ticker === 'NYXA' ? code : ticker > 'NYXA' ? 'provider-down' : undefined,
    );
    const summary = await backfill(WEEK, tools(provider, 1));
    expect(summary.stopped).toEqual({ reason, message: `${code} of NYXA` });
    expect(summary).toMatchObject({ fetched: 1, fetchedTickers: 1, failed: 1, notRun: 6 });
    expect(summaryText(summary)).toContainEqual(expect.stringContaining(words));
  });
});

describe('the scope of an error', () => {
  it('is its code’s, unless the one who throws it knows better, as data too', () => {
    const own = new BackfillError('store-unusable', 'x', { scope: 'series' });
    expect([own.scope, scopeOf(errorData(own)), stopOf(errorData(own))]).toEqual([
      'series',
      'series',
      undefined,
    ]);
    const full = errorData(new BackfillError('store-unusable', 'x'));
    expect([full.scope, scopeOf(full), stopOf(full)?.reason]).toEqual([undefined, 'run', 'store-failed']);
    expect(scopeOf(errorData(new Error('a bug')))).toBe('series');
  });

  it('is understood of an error that another copy of the program made', async () => {
    vi.resetModules();
    const { BackfillError: Foreign } = await import('../../../src/core/errors.ts');
    const foreign = new Foreign('not-entitled', 'not yours');
    expect(Foreign).not.toBe(BackfillError);
    expect(foreign instanceof BackfillError).toBe(true);
    expect(errorData(foreign)).toMatchObject({ code: 'not-entitled', message: 'not yours' });
    for (const other of [new Error('x'), { code: 'not-entitled' }, null, 'not-entitled'])
      expect(other instanceof BackfillError).toBe(false);
  });
});
