import { describe, expect, it } from 'vitest';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { errorText, summaryText } from '../../src/report/run-text.ts';
import type { Market } from '../../src/market/market.ts';
import { watchRun } from '../../src/report/progress.ts';
import { start } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { NOBODY, NOW, chainStore, dayOf, refusing, spiked } from './chain-store.ts';

const { at, optionsOf, question } = chainStore();

describe('a chain of two providers', () => {
  it('asks the second for what the first does not open to the key, and that is a success', async () => {
    const closed = await refusing(403);
    const second = await start({ wire: 'yahoo', now: () => NOW });
    const history = openHistory({
      ...optionsOf(second, second),
      provider: [
        { id: 'sample', url: closed.url },
        { id: 'yahoo', url: second.url },
      ],
    });
    const summary = await history.backfill({ tickers: ['ALFA', 'BRIQ'], days: 30 });
    expect(summary).toMatchObject({ fetched: 2, failed: 0, notRun: 0, stopped: null, refused: [] });
    expect(exitCodeOf(summary)).toBe(0);
    expect(summary.byProvider?.[0]?.refused).toMatchObject([{ interval: '1d', code: 'not-entitled' }]);
    // The one that was refused, for which the second was asked.
    expect(summary.byProvider?.map(({ failed, handedOn }) => [failed, handedOn])).toEqual([
      [1, 1],
      [0, undefined],
    ]);
    expect(await question('SELECT source, count(*)::INT FROM bars GROUP BY 1')).toEqual([['yahoo', 60]]);
    await history.close();
    await closed.close();
  });

  it('fills by sessions of the whole market from the first, and by series from the second', async () => {
    const all = tickersOf(60);
    const unknown = new Set(all.slice(0, 5));
    const [unnamed = ''] = all.slice(5);
    const full = walkingMarket(all);
    const known = lacking(full, unknown);
    // The first has it, but not among the shares of a session.
    const market: Market = {
      ...known,
      rows: (ticker, interval, range) =>
        ticker === unnamed && range.to === range.from + 1 ? [] : known.rows(ticker, interval, range),
    };
    const first = await start({ wire: 'polygon', market, now: () => NOW });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const again: number[] = [];
    let watch = watchRun([], Date.now);
    const told: unknown[] = [];
    const summary = await history.backfill({
      ...{ tickers: all, start: '2026-11-02', end: '2026-11-12' },
      onEvent: (event) => {
        if (event.type === 'asking' && event.unnamed !== undefined) again.push(event.unnamed);
        if (event.type === 'asking') {
          told.push(watch.now());
          watch = watchRun([], Date.now);
        }
        watch.note(event);
      },
    });
    // As each of them stood when the next one was begun.
    expect(told.slice(1)).toMatchObject([
      { failed: 0, handedOn: 6, done: 60 },
      { failed: 0, handedOn: 0, done: 6 },
    ]);
    expect(watch.now()).toMatchObject({ failed: 0, handedOn: 0, done: 5 });
    expect(first.entries.filter(({ path }) => path.includes('/grouped/')).length).toBe(9);
    expect(again).toEqual([6]);
    expect(summary).toMatchObject({ series: 60, fetched: 60, failed: 0, unavailable: 0, failures: [] });
    expect(exitCodeOf(summary)).toBe(0);
    expect(summary.byProvider?.map(({ provider, failed, inserted }) => [provider, failed, inserted])).toEqual(
      [
        ['polygon', 0, 55 * 9],
        ['yahoo', 0, 5 * 9],
      ],
    );
    expect(new Set(second.entries.map(({ symbol }) => symbol))).toEqual(unknown);
    expect(await question('SELECT source, count(*)::INT FROM bars GROUP BY 1 ORDER BY 1')).toEqual([
      ['polygon', 55 * 9],
      ['yahoo', 5 * 9],
    ]);
    expect(await question(`SELECT DISTINCT source FROM bars WHERE ticker = '${unnamed}'`)).toEqual([
      ['polygon'],
    ]);
    await history.close();
  });

  it('asks another one about what is odd, tells what it says, and revises nothing', async () => {
    const all = tickersOf(4);
    const [, wrong = '', right = '', absent = ''] = all;
    const day = startOfDay(parseDay('2026-06-10'));
    const full = spiked(walkingMarket(all), new Set([right, absent]), day);
    const isAbsent = (ticker: string, ts: number): boolean => ticker === absent && ts === day;
    const first = await start({
      wire: 'polygon',
      market: spiked(full, new Set([wrong]), day),
      now: () => NOW,
    });
    const second = await start({
      wire: 'yahoo',
      market: lacking(full, NOBODY, isAbsent),
      now: () => NOW,
    });
    const history = openHistory(optionsOf(first, second));
    const request = { tickers: all, start: '2026-03-02', end: '2026-11-18', secondOpinion: true };
    const summary = await history.backfill(request);
    expect(
      summary.secondOpinions
        ?.map(({ ticker, session, kind, provider, says }) => [ticker, session, kind, provider, says])
        .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ).toEqual([
      [wrong, '2026-06-10', 'spike', 'yahoo', 'other'],
      [right, '2026-06-10', 'spike', 'yahoo', 'same'],
      [absent, '2026-06-10', 'spike', 'yahoo', 'no-bar'],
    ]);
    expect(summary).toMatchObject({ fetched: 4, failed: 0, revised: 0, stopped: null });
    expect(second.entries.length).toBeGreaterThanOrEqual(3);
    expect(await question('SELECT DISTINCT source FROM bars')).toEqual([['polygon']]);
    const stored = await history.read(
      { ticker: wrong, interval: '1d' },
      { start: '2026-06-10', end: '2026-06-10' },
    );
    const [truth] = first.entries.length > 0 ? full.rows(wrong, '1d', dayOf(day)) : [];
    expect(stored[0]?.close).toBeCloseTo(1.4 * Number(truth?.close), 2);
    await history.close();
  });

  it('is no success where an opinion did not come, and asks for it again the next time', async () => {
    const all = tickersOf(3);
    const [, wrong = ''] = all;
    const full = walkingMarket(all);
    const day = startOfDay(parseDay('2026-06-10'));
    const market = spiked(full, new Set([wrong]), day);
    const first = await start({ wire: 'polygon', market, now: () => NOW });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const closed = await refusing(401);
    const request = { tickers: all, start: '2026-03-02', end: '2026-11-18', secondOpinion: true };
    // Records of one second stand in no order.
    let now = NOW;
    const runWith = async (url: string, more = {}): Promise<RunSummary> => {
      now += 60_000;
      const history = openHistory(optionsOf(first, { ...second, url }, { clock: () => now }));
      const summary = await history.backfill({ ...request, ...more });
      await history.close();
      return summary;
    };
    const summary = await runWith(closed.url);
    expect(summary).toMatchObject({ fetched: 3, failed: 0, notRun: 0, stopped: null });
    expect(summary.secondOpinions).toMatchObject([
      { ...{ ticker: wrong, session: '2026-06-10', kind: 'spike', provider: 'yahoo' }, says: 'unheard' },
    ]);
    expect(exitCodeOf(summary)).toBe(1);
    expect(summaryText(summary).join('\n')).toMatch(
      /^Backfill ended in .*, not complete: 1 second opinion did not come/m,
    );
    expect(errorText(summary)).toEqual([
      expect.stringMatching(`^No second opinion of ${wrong} 1d 2026-06-10 \\(spike\\): Yahoo answered 401`),
    ]);
    const others = await runWith(second.url, { tickers: all.filter((ticker) => ticker !== wrong) });
    expect([others.secondOpinions, exitCodeOf(others), second.entries]).toEqual([[], 0, []]);
    const again = await runWith(second.url);
    expect(again.secondOpinions).toMatchObject([{ ticker: wrong, says: 'other', kind: 'spike' }]);
    expect([exitCodeOf(again), again.complete]).toEqual([0, 3]);
    const sent = second.entries.length;
    expect(sent).toBeGreaterThan(0);
    const last = await runWith(second.url);
    expect([last.secondOpinions, exitCodeOf(last), second.entries.length]).toEqual([[], 0, sent]);
    await closed.close();
  });

  it('is no success where the other one does not answer in time, and the next run asks it again', async () => {
    const all = tickersOf(3);
    const [, wrong = '', other = ''] = all;
    const full = walkingMarket(all);
    const day = startOfDay(parseDay('2026-06-10'));
    const market = spiked(full, new Set([wrong, other]), day);
    const first = await start({ wire: 'polygon', market, now: () => NOW });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const closed = await refusing(null);
    const request = { tickers: all, start: '2026-03-02', end: '2026-11-18', secondOpinion: true };
    let now = NOW;
    const runWith = async (url: string): Promise<RunSummary> => {
      now += 60_000;
      const options = optionsOf(first, { ...second, url }, { clock: () => now });
      const patient = [options.provider ?? []].flat();
      const provider = patient.map((one) => (one.id === 'yahoo' ? { ...one, timeoutMs: 500 } : one));
      const history = openHistory({ ...options, provider });
      const summary = await history.backfill(request);
      await history.close();
      return summary;
    };
    const summary = await runWith(closed.url);
    expect(summary).toMatchObject({ fetched: 3, failed: 0, stopped: null });
    const said = ({ secondOpinions = [] }: RunSummary): string[] =>
      secondOpinions.map(({ ticker, says }) => `${ticker} ${says}`).toSorted();
    expect(said(summary)).toEqual([`${wrong} unheard`, `${other} unheard`]);
    expect(exitCodeOf(summary)).toBe(1);
    expect(errorText(summary).toSorted()).toEqual(
      [wrong, other].map((ticker) =>
        expect.stringMatching(`^No second opinion of ${ticker} 1d 2026-06-10 .* within 0.5 s`),
      ),
    );
    const again = await runWith(second.url);
    expect(said(again)).toEqual([`${wrong} other`, `${other} other`]);
    expect([exitCodeOf(again), again.complete]).toEqual([0, 3]);
    await closed.close();
  });

  it('counts as not run what was left to one whose turn did not come', async () => {
    const first = await start({ wire: 'polygon', now: () => NOW });
    const second = await start({ wire: 'yahoo', now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const stop = new AbortController();
    const summary = await history.backfill({
      ...{ tickers: ['ALFA', 'BRIQ', 'BRVO.PA'], days: 5, stop: stop.signal },
      onEvent: (event) => {
        if (event.type === 'finished') stop.abort();
      },
    });
    expect(summary).toMatchObject({ series: 3, complete: 0, failed: 0, stopped: { reason: 'interrupted' } });
    expect(summary.fetched + summary.notRun).toBe(3);
    expect(summary.notRun).toBeGreaterThan(0);
    expect(second.entries).toEqual([]);
    await history.close();
  });

  it('refuses to ask another one where there is none', async () => {
    const history = openHistory({ store: at() });
    await expect(history.backfill({ tickers: ['ALFA'], secondOpinion: true })).rejects.toThrow(
      'secondOpinion: "yahoo" is the only provider; name another one that can be asked',
    );
    await history.close();
  });

  it('says each provider in turn, and nobody of those that have nothing to do', async () => {
    const all = tickersOf(3);
    const full = walkingMarket(all);
    const first = await start({
      wire: 'polygon',
      market: lacking(full, new Set(all.slice(0, 1))),
      now: () => NOW,
    });
    const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
    const history = openHistory(optionsOf(first, second));
    const asked: (readonly [string, readonly string[]])[] = [];
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'asking') asked.push([event.provider, event.before]);
    };
    const request = { tickers: all, start: '2026-10-01', end: '2026-11-13', onEvent };
    await history.backfill(request);
    await history.backfill(request);
    expect(asked).toEqual([
      ['polygon', []],
      ['yahoo', ['polygon']],
      ['polygon', []],
    ]);
    await history.close();
  });
});
