import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { historyOf, openHistory } from '../../src/library/open-history.ts';
import { partsOf } from '../../src/library/parts.ts';
import { randomFor } from '../../src/market/random.ts';
import { type Counted, closeAllCounted, openCounted, series } from './counted-sessions.ts';
import { sampled } from '../needs.ts';

afterEach(closeAllCounted);

const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE', 'BRIQ', 'HAZL'];
const SESSIONS = calendarFor('ALFA').sessions({ from: parseDay('2025-01-02'), to: parseDay('2025-07-01') });

/** A hundred calls, each for two tickers and a part of half a year, which together are all of it. */
function hundred(seed: string) {
  const random = randomFor(seed);
  const at = (most: number): number => Math.floor(random() * most);
  const dateAt = (i: number): string => formatDay(SESSIONS[i] ?? 0);
  const some = Array.from({ length: 100 - TICKERS.length }, () => {
    const first = at(SESSIONS.length);
    const last = Math.min(SESSIONS.length - 1, first + at(40));
    const tickers = [TICKERS[at(6)] ?? '', TICKERS[at(6)] ?? ''];
    return { tickers, range: { start: dateAt(first), end: dateAt(last) } };
  });
  const whole = TICKERS.map((ticker) => ({
    ...{ tickers: [ticker], range: { start: '2025-01-02', end: '2025-06-30' } },
  }));
  return [...some, ...whole];
}

const ensured = ({ history }: Counted, { tickers, range }: ReturnType<typeof hundred>[number]) =>
  history.ensureRange(
    tickers.map((ticker) => series(ticker)),
    range,
  );

/** Each session of the half year, once. */
const ONCE = new Map(
  TICKERS.flatMap((ticker) => SESSIONS.map((day) => [`${ticker} 1d ${formatDay(day)}`, 1] as const)),
);

const byName = (counts: ReadonlyMap<string, number>) => Object.fromEntries(counts);

describe('a hundred calls at once', () => {
  it('of one turn cost what one call for all of it costs', async () => {
    const [many, one] = [await openCounted(), await openCounted()];
    await one.history.ensureRange(
      TICKERS.map((ticker) => series(ticker)),
      {
        ...{ start: '2025-01-02', end: '2025-06-30' },
      },
    );
    const answers = await Promise.all(hundred('turn').map((call) => ensured(many, call)));
    expect(answers.every(({ complete, lacks }) => complete && lacks.length === 0)).toBe(true);
    expect(many.server.entries.length).toBe(one.server.entries.length);
    expect(byName(many.asked())).toEqual(byName(ONCE));
    const { runs } = await many.history.runs();
    expect(runs).toMatchObject([{ summary: { series: 6, fetched: 6 } }]);
    expect(new Set(answers.map(({ runId }) => runId))).toEqual(new Set([runs[0]?.id]));
  });

  it('of one turn scan the store as often as one does', async () => {
    const scans: number[] = [];
    for (const calls of [hundred('scans').slice(0, 1), hundred('scans')]) {
      const parts = partsOf((await openCounted()).options);
      const scan = vi.spyOn(parts.store, 'scan');
      const history = historyOf(parts);
      await Promise.all(
        calls.map(({ tickers, range }) =>
          history.ensureRange(
            tickers.map((one) => series(one)),
            range,
          ),
        ),
      );
      scans.push(scan.mock.calls.length);
      await history.close();
    }
    expect(scans[1]).toBe(scans[0]);
  });

  it.each(sampled(['a', 'b', 'c'] as const, 3, 'turns'))(
    'that come one after another while others run ask for no session twice: %s',
    async (seed) => {
      const counted = await openCounted(15);
      const random = randomFor(seed);
      const calls: ReturnType<typeof ensured>[] = [];
      for (const call of hundred(seed)) {
        calls.push(ensured(counted, call));
        await wait(random() * 8);
      }
      const answers = await Promise.all(calls);
      expect(answers.every(({ complete }) => complete)).toBe(true);
      expect(byName(counted.asked())).toEqual(byName(ONCE));
      const { runs } = await counted.history.runs({ last: 200 });
      expect(runs.length).toBeGreaterThan(1);
      expect(runs.length).toBeLessThan(40);
    },
  );
});

describe('calls that share what they want', () => {
  const ALFA = series('ALFA');
  const JUNE = { start: '2025-06-02', end: '2025-06-30' };
  const MAY = { start: '2025-05-01', end: '2025-05-30' };

  it('get a verdict each, of its own range', async () => {
    const { history } = await openCounted();
    const [june, nosuch, both] = await Promise.all([
      history.ensureRange(ALFA, JUNE),
      history.ensureRange(series('NOSUCH'), MAY),
      history.ensureRange([series('NOSUCH'), ALFA], JUNE),
    ]);
    expect(june).toMatchObject({ complete: true, series: 1, lacks: [], failures: [] });
    expect(nosuch).toMatchObject({
      ...{ complete: false, series: 1, failures: [{ ticker: 'NOSUCH', code: 'unknown-ticker' }] },
      lacks: [{ ranges: [{ start: '2025-05-01', end: '2025-05-30' }] }],
    });
    expect(both).toMatchObject({
      ...{ complete: false, series: 2, failures: [{ ticker: 'NOSUCH' }] },
      lacks: [{ ranges: [{ start: '2025-06-02', end: '2025-06-30' }] }],
    });
  });

  it.each(sampled([new AbortController(), {}, 5, null] as const, 2, 'signals'))(
    'do not harm each other where `stop` is no signal: %o',
    async (stop) => {
      const { history, server } = await openCounted();
      const range = { start: '2025-06-02', end: '2025-06-06' };
      const wrong = history.ensureRange(series('ALFA'), range, { stop: stop as never });
      const right = history.ensureRange(series('ALFA'), range);
      await expect(wrong).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/^ensureRange: stop .*: must be an AbortSignal, such as/) as string,
      });
      expect(await right).toMatchObject({ complete: true });
      const requests = server.entries.length;
      for (const method of ['fillMissing', 'warmup', 'backfill', 'verify', 'plan'] as const) {
        const call = history[method] as (...given: object[]) => Promise<unknown>;
        const request = { tickers: 'NYXA', ...range, stop };
        const given = method === 'fillMissing' ? [series('NYXA'), range, { stop }] : [request];
        const asked = method === 'warmup' ? [{ series: 'NYXA', period: 5, stop }] : given;
        await expect(call(...asked)).rejects.toMatchObject({ name: 'BackfillError', code: 'usage' });
      }
      expect(server.entries.length).toBe(requests);
    },
  );

  it('do not harm each other, nor the process, where what hears of events rejects', async () => {
    const { history } = await openCounted();
    const range = { start: '2025-06-02', end: '2025-06-06' };
    // TypeScript takes it for one that gives nothing.
    const onEvent: () => unknown = () => Promise.reject(new Error('of the async listener'));
    const [rejected, kept] = await Promise.allSettled([
      history.ensureRange(series('ALFA'), range, { onEvent }),
      history.ensureRange(series('ALFA'), range),
    ]);
    expect(rejected).toMatchObject({ reason: { message: 'of the async listener' } });
    expect(kept).toMatchObject({ value: { complete: true } });
    await expect(history.backfill({ tickers: 'NYXA', ...range, onEvent })).rejects.toThrow(
      'of the async listener',
    );
    expect(await history.backfill({ tickers: 'NYXA', ...range })).toMatchObject({ stopped: null, failed: 0 });
  });

  it('do not harm each other where one cannot be meant, or throws from what hears of events', async () => {
    const { history, server } = await openCounted();
    const calls = await Promise.allSettled([
      history.ensureRange(ALFA, JUNE),
      history.ensureRange(ALFA, { days: -1 }),
      history.ensureRange(series('^NOT A TICKER'), JUNE),
      history.ensureRange(ALFA, MAY, {
        onEvent: () => {
          throw new Error('of the listener');
        },
      }),
      history.ensureRange(series('NYXA'), JUNE),
    ]);
    expect(calls).toMatchObject([
      { value: { complete: true } },
      { reason: { code: 'usage' } },
      { reason: { code: 'invalid-ticker' } },
      { reason: { message: 'of the listener' } },
      { value: { complete: true } },
    ]);
    expect(server.entries.length).toBeLessThanOrEqual(2);
  });

  it('go on where one of them is stopped, which is told at once', async () => {
    const counted = await openCounted(300);
    const { history, server } = counted;
    const [early, late] = [new AbortController(), new AbortController()];
    const never = history.ensureRange(series('NYXA'), JUNE, { stop: AbortSignal.abort() });
    const before = history.ensureRange(series('NYXA'), JUNE, { stop: early.signal });
    const during = history.ensureRange([ALFA, series('ORBL')], JUNE, {
      stop: late.signal,
      onEvent: ({ type }) => type === 'started' && late.abort(),
    });
    const goes = history.ensureRange(ALFA, JUNE);
    early.abort();
    await expect(never).rejects.toMatchObject({ code: 'cancelled', message: 'the call was stopped' });
    await expect(before).rejects.toMatchObject({ code: 'cancelled' });
    await expect(during).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.entries).toEqual([]);
    expect(await goes).toMatchObject({ complete: true, stopped: null });
    expect([...counted.asked().keys()].some((key) => key.startsWith('NYXA'))).toBe(false);
  });

  it('end the run where nobody wants it any more, and are told once it has ended', async () => {
    const { history, options } = await openCounted(300);
    const stops = [new AbortController(), new AbortController()];
    const calls = stops.map(({ signal }) =>
      history.ensureRange(
        TICKERS.map((one) => series(one)),
        JUNE,
        {
          stop: signal,
          onEvent: ({ type }) => type === 'started' && stops.forEach((stop) => stop.abort()),
        },
      ),
    );
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect((await history.runs()).runs).toMatchObject([{ summary: { stopped: { reason: 'interrupted' } } }]);
    // Nothing of it goes on.
    const other = openHistory(options);
    expect(await other.ensureRange(ALFA, JUNE)).toMatchObject({ complete: true });
    await other.close();
  });

  it('are waited for when the history is closed, also those that had not begun', async () => {
    const { history } = await openCounted(100);
    const first = history.ensureRange(ALFA, JUNE);
    await wait(60);
    const second = history.ensureRange(ALFA, MAY);
    await history.close();
    expect(await Promise.all([first, second])).toMatchObject([{ complete: true }, { complete: true }]);
    await expect(history.ensureRange(ALFA, JUNE)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('follow a backfill of the same, and ask for what that left', async () => {
    const counted = await openCounted(50);
    const { history } = counted;
    const filling = history.backfill({ tickers: ['ALFA'], ...JUNE });
    await wait(20);
    const ensuring = history.ensureRange(ALFA, { ...JUNE, start: MAY.start });
    expect(await filling).toMatchObject({ fetched: 1 });
    expect(await ensuring).toMatchObject({ complete: true });
    expect(await history.read(ALFA)).toHaveLength(41);
    expect(counted.server.entries).toHaveLength(2);
  });
});
