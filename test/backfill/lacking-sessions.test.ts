import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/library/coverage.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { keep } from '../../src/core/bars/columns.ts';
import {
  beginEmpty,
  type Door,
  elapse,
  now,
  provider,
  reported,
  run,
  sample,
  store,
} from './lacking-provider.ts';

beginEmpty();

describe('a series without a single bar', () => {
  it('is not complete, however its sessions are explained by emptiness', async () => {
    const empty = () => provider('test', () => 'nothing');
    expect(await run(empty(), {})).toMatchObject({ fetched: 0, unavailable: 1, newlyUnavailable: true });
    const again = await run(empty(), {});
    expect(again).toMatchObject({ complete: 0, unavailable: 1, newlyUnavailable: false });
    expect(summaryText(again).join('\n')).toContain('No bars, or few, from test (vendor-empty): 1 (ALFA;');
    expect((await reported()).report.series[0]).toMatchObject({ standing: 'unavailable', coverage: 0 });
  });

  it('is complete where there was nothing to trade', async () => {
    const before = { tickers: ['NYXA'], start: '2010-01-04', end: '2010-01-08' };
    const first = await run(
      provider('test', () => 'bars'),
      before,
    );
    expect(first).toMatchObject({ failed: 0, unavailable: 0 });
  });
});

describe('sessions without a bar beside rows that were left out', () => {
  const leavingOut = (told: object): Door => {
    const whole = provider('test', () => 'bars');
    return {
      ...whole,
      fetchBars: async (request) => {
        const answer = await whole.fetchBars(request);
        return { ...answer, bars: keep(answer.bars, (i) => i !== 2), ...told };
      },
    };
  };

  it('stay missing where it is not told of which the rows are', async () => {
    const summary = await run(leavingOut({ dropped: 1 }), {});
    expect(summary).toMatchObject({ bars: 4, absent: {}, failed: 1 });
    expect(summary.failures[0]?.message).toBe(
      '1 of 5 sessions stay missing: 1 row of it was left out, and it is not told of which sessions',
    );
    expect(await run(leavingOut({ dropped: 2, offGrid: 2 }), {})).toMatchObject({ absent: {}, failed: 1 });
  });

  it.each([
    { dropped: 0 },
    { dropped: 1, straysOn: [20_000] },
    { dropped: 1, offGrid: 1, offGridOn: [20_000] },
    { dropped: 1, unfinished: 1 },
  ])('have none where they are of others, or of none that is over: %o', async (told) => {
    expect(await run(leavingOut(told), {})).toMatchObject({ absent: { 'vendor-empty': 1 }, failed: 0 });
  });

  it.each<[number, number]>([
    [1, 0],
    [1000, 1],
  ])('of intraday bars only where more rows were left out than came: %i', async (dropped, failed) => {
    const whole = leavingOut({ dropped });
    const holed = {
      ...whole,
      fetchBars: async (request: Parameters<Door['fetchBars']>[0]) => {
        const answer = await sample.fetchBars(request);
        const bars = keep(answer.bars, (i) => i >= 7);
        return { ...answer, bars, dropped };
      },
    };
    expect(await run(holed, { intervals: ['1h'] })).toMatchObject({ failed });
  });
});

describe('a series that lacks more sessions between its bars than it has', () => {
  const MONTH = { start: '2025-05-01', end: '2025-05-30' };
  const every = (n: number): Door => {
    const whole = provider('test', () => 'bars');
    return {
      ...whole,
      fetchBars: async (request) => {
        const answer = await whole.fetchBars(request);
        return { ...answer, bars: keep(answer.bars, (i) => i % n === 0) };
      },
    };
  };

  it('is news once, named by every run, and never complete', async () => {
    const first = await run(every(3), MONTH);
    expect(first).toMatchObject({ bars: 7, newlyUnavailable: true });
    expect(summaryText(first)).toContainEqual(
      expect.stringMatching(/, not complete: some sessions cannot be had$/),
    );
    const second = await run(every(3), MONTH);
    expect(second).toMatchObject({ complete: 0, unavailable: 1, newlyUnavailable: false });
    expect(summaryText(second).join('\n')).toContain('No bars, or few, from test (vendor-empty): 1 (ALFA;');
  });

  it('is not complete by a new session that came', async () => {
    await run(every(3), MONTH);
    const topUp = await run(every(1), { ...MONTH, end: '2025-06-02' });
    expect(topUp).toMatchObject({ fetched: 1, failed: 0, newlyUnavailable: false });
    expect(summaryText(topUp)).toContainEqual(
      expect.stringMatching(/, not complete: some sessions cannot be had$/),
    );
  });

  it('is complete where fewer are lacking, which are counted', async () => {
    expect(await run(every(2), MONTH)).toMatchObject({ newlyUnavailable: false, fetched: 1, unavailable: 0 });
    const again = await run(every(2), MONTH);
    expect(again).toMatchObject({ complete: 0, withHoles: 1, holes: 10 });
    expect((await coverageOf(store, sample.capabilities, now, MONTH, undefined)).totals).toMatchObject({
      ...{ complete: 0, withHoles: 1 },
    });
  });
});

describe('a series that has bars, none of them in the range', () => {
  const [OLD, NEW] = [
    { start: '2025-05-01', end: '2025-05-30' },
    { start: '2025-06-09', end: '2025-06-18' },
  ];
  const empty = () => provider('test', () => 'nothing');
  const whole = () => provider('test', () => 'bars');
  const until = (end: string, door = whole()): Door => ({
    ...door,
    fetchBars: async (request) => {
      const answer = await door.fetchBars(request);
      return { ...answer, bars: keep(answer.bars, (i) => (answer.bars.ts[i] ?? 0) < Date.parse(end)) };
    },
  });

  it('is news once and named by every run', async () => {
    expect(await run(whole(), OLD)).toMatchObject({ fetched: 1, newlyUnavailable: false });
    const first = await run(empty(), NEW);
    expect(first).toMatchObject({ bars: 0, failed: 0, newlyUnavailable: true });
    expect(summaryText(first).join('\n')).toContain('from test (vendor-empty): 1 (ALFA;');
    const again = await run(empty(), NEW);
    expect(again).toMatchObject({ complete: 0, newlyUnavailable: false });
    elapse(3 * 86_400_000);
    expect(await run(empty(), { ...NEW, end: '2025-06-20' })).toMatchObject({ newlyUnavailable: false });
  });

  it('is news though a hole of it elsewhere was told', async () => {
    await run(until('2025-05-27'), OLD);
    expect(await run(empty(), NEW)).toMatchObject({ newlyUnavailable: true });
  });

  it('is a hole where some of the range is stored, or came', async () => {
    await run(whole(), { ...OLD, end: '2025-06-10' });
    const stored = await run(empty(), NEW);
    expect(stored).toMatchObject({ bars: 0, newlyUnavailable: false, holesAround: 6 });
  });

  it('is a hole where one of its pieces came', async () => {
    await run(whole(), OLD);
    const { intervals } = sample.capabilities;
    const inPieces = { intervals: { '1d': { ...intervals['1d'], maxSpanDays: 4 } } } as object;
    const door = provider('test', () => 'bars', inPieces);
    expect(await run(until('2025-06-12', door), NEW)).toMatchObject({ bars: 3, newlyUnavailable: false });
    expect(door.asked.length).toBeGreaterThan(1);
  });
});

describe('a series of which some sessions have no bar though nobody says why', () => {
  const MONTH = { start: '2025-05-01', end: '2025-05-30' };
  /** Of the 21 sessions the first four and the last two are not there, the eighth neither, and the tenth is no bar. */
  const source = (): Door => {
    const whole = provider('test', () => 'bars');
    return {
      ...whole,
      fetchBars: async (request) => {
        const answer = await whole.fetchBars(request);
        const high = answer.bars.high.map((value, i) => (i === 9 ? value / 2 : value));
        const bars = keep({ ...answer.bars, high }, (i) => i > 3 && i < 19 && i !== 7);
        return { ...answer, bars };
      },
    };
  };
  const counts = { holes: 8, holesAround: 6, holesRejected: 1 };
  const words =
    '1 session between stored bars without one, which nobody explains; ' +
    '6 sessions before the first or after the last bar of a series; 1 session of which rows were rejected';

  it('tells those between its bars from those around them and from rejected ones, in every run', async () => {
    const first = await run(source(), MONTH);
    expect(first).toMatchObject({ fetched: 1, rejected: 1, ...counts });
    expect(summaryText(first)[0]).toContain(words);
    const second = await run(source(), MONTH);
    expect(second).toMatchObject({ fetched: 0, rejected: 0, withHoles: 1, ...counts });
    expect(summaryText(second)[0]).toContain(words);
  });

  it('tells them apart in its report', async () => {
    await run(source(), MONTH);
    const report = await coverageOf(store, sample.capabilities, now, MONTH, undefined);
    expect(report.totals).toMatchObject({ withHoles: 1, ...counts });
    expect(report.series[0]).toMatchObject(counts);
    expect(
      report.series[0]?.absences.map(({ reason, place, sessions }) => [reason, place, sessions]),
    ).toEqual([
      ['vendor-empty', 'before', 4],
      ['vendor-empty', 'between', 1],
      ['rejected', 'between', 1],
      ['vendor-empty', 'after', 2],
    ]);
    const text = coverageText(report, { missing: false });
    for (const line of [
      /^  vendor-empty 4 before its first bar: 2025-05-01\.\.2025-05-06 /,
      /^  vendor-empty 1 between its bars: 2025-05-12 /,
      /^  rejected 1 between its bars: 2025-05-14 /,
      /^  vendor-empty 2 after its last bar: 2025-05-29\.\.2025-05-30 /,
    ])
      expect(text).toContainEqual(expect.stringMatching(line));
    expect(text).toContain(
      'Without a bar, or with too few, though nobody says why: 1 between stored bars, 6 before the first or after the last bar of a series, ' +
        '1 whose rows were rejected',
    );
  });

  it('counts what lies between bars by all that are stored, not by those of the range', async () => {
    await run(source(), MONTH);
    const part = { start: '2025-05-12', end: '2025-05-12' };
    const report = await coverageOf(store, sample.capabilities, now, part, undefined);
    expect(report.totals).toMatchObject({ holes: 1, holesAround: 0 });
    expect(await run(source(), part)).toMatchObject({ holes: 1, holesAround: 0 });
  });
});
