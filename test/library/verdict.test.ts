import { describe, expect, it } from 'vitest';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import type { AsOf } from '../../src/library/as-of.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Verdict } from '../../src/library/verdict.ts';
import { verdictIn } from '../../src/library/verdict-in.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { openStore } from '../../src/store/open.ts';
import { AAPL, AAPL_5M, absence, coverage, days, temporaryFolder, update, WEEK } from '../store/fixtures.ts';
import { FEBRUARY_WEEK, judged } from './judged.ts';

describe('a verdict', () => {
  it('is that of a complete series where each session has a final bar, and says nothing of it', () => {
    expect(judged({ present: [FEBRUARY_WEEK] })).toEqual({
      ...{ complete: true, series: 1, lacks: [], provisional: [], absent: [], damaged: [] },
    });
  });

  it('names what is missing by runs of sessions that no other session parts', () => {
    const { complete, lacks } = judged(
      { present: [days('2026-02-24', '2026-02-25')] },
      { range: days('2026-02-14', '2026-02-28') },
    );
    expect(complete).toBe(false);
    // Monday the 16th is a holiday.
    expect(lacks).toEqual([
      {
        series: AAPL,
        ranges: [
          { start: '2026-02-17', end: '2026-02-23', sessions: 5, why: 'missing' },
          { start: '2026-02-25', end: '2026-02-27', sessions: 3, why: 'missing' },
        ],
        sessions: 8,
      },
    ]);
  });

  it('takes a bar for lacking that was stored before it was final, once its session has settled', () => {
    const friday = days('2026-02-27', '2026-02-28');
    const known = { present: [FEBRUARY_WEEK], provisional: [friday] };
    const span = { start: '2026-02-27', end: '2026-02-27', sessions: 1 };
    expect(judged(known)).toMatchObject({
      complete: false,
      lacks: [{ ranges: [{ ...span, why: 'provisional' }], sessions: 1 }],
      provisional: [],
    });
    expect(judged(known, { settled: '2026-02-26' })).toMatchObject({
      complete: true,
      lacks: [],
      provisional: [{ series: AAPL, ranges: [span], sessions: 1 }],
    });
  });

  it('expects no session that has not settled', () => {
    expect(judged({ present: [days('2026-02-23', '2026-02-27')] }, { settled: '2026-02-26' }).complete).toBe(
      true,
    );
  });

  it.each(['vendor-empty', 'pre-listing', 'halted', 'no-trades', 'delisted'] as const)(
    'is complete where the sessions without a bar are on record as %s',
    (reason) => {
      const absent = [absence(days('2026-02-23', '2026-02-25'), { reason })];
      expect(judged({ present: [days('2026-02-25', '2026-02-28')], absent })).toEqual({
        ...{ complete: true, series: 1, lacks: [], provisional: [], damaged: [] },
        absent: [
          {
            series: AAPL,
            ranges: [
              { start: '2026-02-23', end: '2026-02-24', sessions: 2, why: reason, provider: 'sample' },
            ],
            sessions: 2,
          },
        ],
      });
    },
  );

  it.each(['not-yet-published', 'plan-limited', 'unknown-ticker'] as const)(
    'is not complete where nobody said that there is no bar: %s',
    (reason) => {
      const absent = [absence(days('2026-02-23', '2026-02-28'), { reason })];
      expect(judged({ absent })).toMatchObject({
        complete: false,
        lacks: [{ ranges: [{ start: '2026-02-23', end: '2026-02-27', sessions: 5, why: reason }] }],
        absent: [],
      });
    },
  );

  it('takes what was answered in doubt for missing', () => {
    const absent = [absence(days('2026-02-23', '2026-02-24'), { reason: 'doubted' })];
    expect(judged({ present: [days('2026-02-24', '2026-02-28')], absent }).lacks).toMatchObject([
      { ranges: [{ start: '2026-02-23', why: 'missing' }] },
    ]);
  });

  it('is not complete where rows were rejected, be there other bars of the session or none', () => {
    const why = { start: '2026-02-24', end: '2026-02-24', sessions: 1, why: 'rejected', provider: 'sample' };
    const lacking = [absence(days('2026-02-24', '2026-02-25'), { reason: 'rejected' })];
    expect(judged({ present: [FEBRUARY_WEEK], lacking })).toMatchObject({
      complete: false,
      lacks: [{ ranges: [why] }],
      absent: [],
    });
    const present = [days('2026-02-23', '2026-02-24'), days('2026-02-25', '2026-02-28')];
    expect(judged({ present, absent: lacking })).toMatchObject({
      complete: false,
      lacks: [{ ranges: [why] }],
      absent: [],
    });
  });

  it('is not complete where a damaged file may have held something of the range', () => {
    const file = { path: 'bars/a', reason: 'cut', ticker: 'AAPL', interval: '1d' } as const;
    const known = { present: [FEBRUARY_WEEK] };
    const damaged = (held: readonly DayRange[] | undefined, more: object = {}): Verdict =>
      judged(known, { setAside: [{ ...file, ...more }], ...(held && { held: new Map([['bars/a', held]]) }) });
    expect(damaged(undefined)).toMatchObject({
      complete: false,
      damaged: [{ series: AAPL, path: 'bars/a' }],
    });
    expect(damaged([days('2026-02-24', '2026-02-25')]).complete).toBe(false);
    expect(damaged([days('2025-02-24', '2025-02-25')]).complete).toBe(true);
    expect(damaged(undefined, { interval: '5m' }).complete).toBe(true);
    expect(damaged(undefined, { ticker: 'MSFT' }).complete).toBe(true);
    expect(damaged(undefined, { isRevisions: true }).complete).toBe(true);
  });
});

describe('the verdict on a store', () => {
  const NOW = Date.parse('2026-03-02T23:00:00Z');
  const capabilities = capabilitiesOf({ id: 'sample' });

  it('begins with what is known of a series where nothing says from when on, and reads no bar', async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const store = openStore(path);
      await store.upsert(update(WEEK, { learned: coverage({ present: [FEBRUARY_WEEK] }) }));
      const tools = {
        store: { ...store, scan: store.scan.bind(store), readRuns: store.readRuns.bind(store) },
        capabilities,
        clock: () => NOW,
      };
      const lacks = async (...given: [Parameters<typeof verdictIn>[2], AsOf?]): Promise<string[]> =>
        (await verdictIn(tools, [AAPL, AAPL_5M], ...given)).lacks.map(
          ({ series, ranges }) =>
            `${series.interval} ${ranges.map(({ start, end }) => `${start}..${end}`).join()}`,
        );
      expect(await lacks({ end: '2026-02-27' })).toEqual(['5m 2026-02-23..2026-02-27']);
      expect(await lacks({})).toEqual(['1d 2026-03-02..2026-03-02', '5m 2026-02-23..2026-03-02']);
      expect(await lacks({ days: 7 })).toEqual([
        '1d 2026-02-20..2026-02-20,2026-03-02..2026-03-02',
        '5m 2026-02-20..2026-03-02',
      ]);
      // A minute before the close of Thursday the last session that is over is Wednesday.
      const thursday = Date.parse('2026-02-26T21:00:00Z');
      expect(await lacks({ days: 4 }, { instant: thursday - 1 })).toEqual([
        '1d 2026-02-20..2026-02-20',
        '5m 2026-02-20..2026-02-25',
      ]);
      expect(await lacks({ start: '2026-02-20' }, { instant: thursday })).toEqual([
        '1d 2026-02-20..2026-02-20',
        '5m 2026-02-20..2026-02-26',
      ]);
      expect(await lacks({ start: '2026-02-20' }, { day: parseDay('2026-02-26') })).toEqual([
        '1d 2026-02-20..2026-02-20',
        '5m 2026-02-20..2026-02-26',
      ]);
      expect(await lacks({ start: '2026-03-01' }, { instant: thursday })).toEqual([]);
    } finally {
      await remove();
    }
  });

  it('begins of what nothing is stored with what is known of others', async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const store = openStore(path);
      await store.upsert(update(WEEK, { learned: coverage({ present: [FEBRUARY_WEEK] }) }));
      const none = { ticker: 'MSFT', interval: '1d' } as const;
      const { lacks } = await verdictIn({ store, capabilities, clock: () => NOW }, [none], {
        end: '2026-02-27',
      });
      expect(lacks).toMatchObject([{ series: none, ranges: [{ start: '2026-02-23' }], sessions: 5 }]);
    } finally {
      await remove();
    }
  });

  it('takes no word for final where another one of a chain was asked for the same in vain', async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const store = openStore(path);
      const absent = [
        absence(days('2026-02-16', '2026-02-21'), { reason: 'vendor-empty', provider: 'first' }),
      ];
      await store.upsert(update(WEEK, { learned: coverage({ present: [FEBRUARY_WEEK], absent }) }));
      const told = async (): Promise<readonly number[]> => {
        const tools = { store, capabilities, clock: () => NOW };
        const verdict = await verdictIn(tools, [AAPL], { start: '2026-02-16', end: '2026-02-27' });
        return [verdict.lacks, verdict.absent].map((all) => all[0]?.sessions ?? 0);
      };
      expect(await told()).toEqual([0, 4]);
      await store.saveRun(NOW - 1000, {
        ...{ provider: 'second', startedAt: NOW - 1000, endedAt: NOW - 500 },
        left: [{ why: 'failed', interval: '1d', from: '2026-02-16', to: '2026-02-27', tickers: ['AAPL'] }],
        chain: { providers: ['first', 'second'], begunAt: NOW - 1000 },
      });
      expect(await told()).toEqual([4, 0]);
    } finally {
      await remove();
    }
  });

  it('agrees with the coverage that is reported', async () => {
    const { path, remove } = await temporaryFolder();
    try {
      const store = openStore(path);
      await store.upsert(update(WEEK, { learned: coverage({ present: [FEBRUARY_WEEK] }) }));
      const history = openHistory({ store: path, provider: { id: 'sample' }, clock: () => NOW });
      for (const range of [{}, { days: 9 }, { start: '2026-01-02' }, { end: '2026-02-27' }]) {
        const [one] = (await history.coverage({ tickers: ['AAPL'], ...range })).series;
        const verdict = await verdictIn({ store, capabilities, clock: () => NOW }, [AAPL], range);
        expect(verdict.lacks.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(one?.missing);
      }
    } finally {
      await remove();
    }
  });
});
