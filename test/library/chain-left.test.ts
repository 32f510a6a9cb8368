import { cpSync, existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { start } from '../simulator/running.ts';
import { NOBODY, NOW, calendar, chainStore, firstSessions, refusing } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

const { at, optionsOf, question } = chainStore();

const tickers = tickersOf(6);
const [holed = '', unknown = ''] = tickers;
const request = { tickers, start: '2026-09-01', end: '2026-11-18' };

/** A chain of which the first lacks three sessions of one ticker and does not know another, and the second has all. */
async function chainThatLacks() {
  const empty = new Set(firstSessions('2026-10-05', 3));
  const full = walkingMarket(tickers);
  const market = lacking(full, new Set([unknown]), (ticker, ts) => ticker === holed && empty.has(ts));
  const first = await start({ wire: 'polygon', market, now: () => NOW });
  const second = await start({ wire: 'yahoo', market: lacking(full, NOBODY, () => false), now: () => NOW });
  const options = optionsOf(first, second);
  const [polygon, yahoo] = [options.provider].flat();
  if (polygon === undefined || yahoo === undefined) throw new Error('no chain');
  return { options, polygon, yahoo };
}

it('what the second of a chain was asked for in vain is left, though the first says that it has none', async () => {
  const { options, polygon, yahoo } = await chainThatLacks();
  const down = await refusing(401);
  const broken = openHistory({ ...options, provider: [polygon, { ...yahoo, url: down.url }] });
  expect((await broken.backfill(request)).notRun).toBeGreaterThan(0);
  await broken.close();
  await down.close();

  const history = openHistory(options);
  const names = async (): Promise<string[]> =>
    (await history.leftUndone({})).series.map(({ ticker }) => ticker).toSorted();
  const missing = async (): Promise<unknown[]> =>
    (await history.coverage(request)).series
      .filter((one) => one.missing > 0)
      .map((one) => [one.ticker, one.missing, one.absent]);
  const sessions = calendar.count([{ from: parseDay(request.start), to: parseDay(request.end) + 1 }]);
  expect(await names()).toEqual([holed, unknown]);
  expect(await missing()).toEqual([
    [holed, 3, 0],
    [unknown, sessions, 0],
  ]);
  const retried = await history.backfill({ retryFailed: true });
  expect(retried.failures).toEqual([]);
  expect([await names(), await missing()]).toEqual([[], []]);
  await history.close();
  const bySource = 'SELECT ticker, source, count(*)::INT FROM bars GROUP BY ALL ORDER BY 1, 2 DESC LIMIT 3';
  expect(await question(bySource)).toEqual([
    [holed, 'yahoo', 3],
    [holed, 'polygon', sessions - 3],
    [unknown, 'yahoo', sessions],
  ]);
}, 120_000);

it('what the second of a chain was about to be asked for when all ended is left, and missing', async () => {
  const { options, polygon, yahoo } = await chainThatLacks();

  // As a killed run leaves it, which has asked nobody but the first.
  const killed = `${at()}-killed`;
  const kept = await refusing(401, () => cpSync(at(), killed, { recursive: true, force: true }));
  const whole = openHistory({ ...options, provider: [polygon, { ...yahoo, url: kept.url }] });
  await whole.backfill(request);
  await whole.close();
  await kept.close();

  const history = openHistory({ ...options, store: killed });
  const missing = async (): Promise<unknown[]> =>
    (await history.coverage(request)).series
      .filter((one) => one.missing > 0)
      .map((one) => [one.ticker, one.missing, one.absent]);
  const sessions = calendar.count([{ from: parseDay(request.start), to: parseDay(request.end) + 1 }]);
  const left = await history.leftUndone({});
  expect(left.series.map(({ ticker, why }) => [ticker, why])).toEqual(
    [holed, unknown].map((ticker) => [ticker, 'not-run']),
  );
  expect(await missing()).toEqual([
    [holed, 3, 0],
    [unknown, sessions, 0],
  ]);
  const ofSecond = async () => (await history.runs()).runs.filter(({ provider }) => provider === 'yahoo');
  const [begun] = await ofSecond();
  expect(begun).toMatchObject({
    provider: 'yahoo',
    summary: {
      sent: 0,
      notRun: 2,
      stopped: { reason: 'interrupted', message: expect.stringContaining('was killed') },
    },
  });
  const retried = await history.backfill({ retryFailed: true });
  expect(retried.failures).toEqual([]);
  expect([(await history.leftUndone({})).series, await missing()]).toEqual([[], []]);
  // Of a run that ended its own record is in the place of the one that it was begun with.
  const ended = (await ofSecond()).filter(({ id }) => id !== begun?.id);
  expect(ended.map(({ summary: { fetched, stopped } }) => [fetched, stopped])).toEqual([[2, null]]);
  await history.close();
}, 120_000);

it('what the second of a chain was to be asked for next, when all ended between the two, is left and missing', async () => {
  const { options } = await chainThatLacks();
  const killed = `${at()}-killed`;
  const whole = openHistory(options);
  const summary = await whole.backfill({
    ...request,
    // As a killed run leaves it, of which the first has ended and is on record, and nobody looked for what is next.
    onEvent: (event) => {
      if (event.type === 'asking' && event.before.length > 0) cpSync(at(), killed, { recursive: true });
    },
  });
  expect([summary.failed, summary.byProvider?.map(({ provider }) => provider)]).toEqual([
    0,
    ['polygon', 'yahoo'],
  ]);
  const ofSecond = (await whole.runs()).runs.filter(({ provider }) => provider === 'yahoo');
  expect(ofSecond.map(({ summary: { fetched, stopped } }) => [fetched, stopped])).toEqual([[2, null]]);
  await whole.close();

  const history = openHistory({ ...options, store: killed });
  const sessions = calendar.count([{ from: parseDay(request.start), to: parseDay(request.end) + 1 }]);
  expect((await history.runs()).runs.map(({ provider }) => provider)).toContain('polygon');
  expect((await history.leftUndone({})).series.map(({ ticker, why }) => [ticker, why])).toEqual(
    [holed, unknown].map((ticker) => [ticker, 'not-run']),
  );
  const { series } = await history.coverage(request);
  expect(series.filter(({ missing }) => missing > 0).map((one) => [one.ticker, one.missing])).toEqual([
    [holed, 3],
    [unknown, sessions],
  ]);
  await history.close();
}, 120_000);

/** How a store stands after a chain was ended while its first was still asked: what is left, and what is missing. */
async function standingAt(store: string, options: HistoryOptions) {
  const history = openHistory({ ...options, store });
  const { series } = await history.coverage(request);
  const left = (await history.leftUndone({})).series;
  const names = (await history.runs()).runs.map(({ provider, summary: { stopped } }) => [
    provider,
    stopped?.message,
  ]);
  await history.close();
  return {
    names,
    left: left.map(({ ticker }) => ticker).toSorted(),
    lacking: series.filter(({ missing }) => missing > 0).map((one) => [one.ticker, one.missing, one.absent]),
  };
}

/** The same line once more: nothing is left, and each session has one bar. */
async function goesOn(store: string, options: HistoryOptions): Promise<void> {
  const history = openHistory({ ...options, store });
  expect(exitCodeOf(await history.backfill(request))).toBe(0);
  await history.close();
  expect(await standingAt(store, options)).toMatchObject({ left: [], lacking: [] });
}

it('what the first of a chain does not have is missing, where the chain is killed while that one is asked', async () => {
  const { options } = await chainThatLacks();
  const killed = `${at()}-killed`;
  const whole = openHistory({ ...options, concurrency: 1 });
  await whole.backfill({
    ...request,
    // As a killed run leaves it: the first has told of two, in whatever order, and of the others nothing.
    onEvent: (event) => {
      if (event.type === 'finished' && event.want.series.ticker === unknown && !existsSync(killed))
        cpSync(at(), killed, { recursive: true });
    },
  });
  await whole.close();
  const { names, left, lacking: missing } = await standingAt(killed, options);
  expect(names).toEqual([['polygon', expect.stringContaining('has not ended')]]);
  expect(left).toEqual(tickers.toSorted().filter((ticker) => missing.some(([one]) => one === ticker)));
  const sessions = calendar.count([{ from: parseDay(request.start), to: parseDay(request.end) + 1 }]);
  expect(missing).toContainEqual([unknown, sessions, 0]);
  expect(missing).toContainEqual([holed, 3, 0]);
  await goesOn(killed, options);
}, 120_000);

it('what the first of a chain does not have is missing, where the chain is stopped while that one is asked', async () => {
  const { options } = await chainThatLacks();
  const stop = new AbortController();
  const history = openHistory({ ...options, concurrency: 1 });
  const summary = await history.backfill({
    ...{ ...request, stop: stop.signal },
    onEvent: (event) => {
      if (event.type === 'finished' && event.want.series.ticker === unknown) stop.abort();
    },
  });
  await history.close();
  expect(summary.stopped?.reason).toBe('interrupted');
  const { names, lacking: missing } = await standingAt(at(), options);
  expect(names.map(([provider, why]) => `${provider}: ${why}`).toSorted()).toEqual([
    'polygon: the run was stopped',
    'yahoo: the run was stopped before it was asked',
  ]);
  const sessions = calendar.count([{ from: parseDay(request.start), to: parseDay(request.end) + 1 }]);
  expect(missing).toContainEqual([unknown, sessions, 0]);
  expect(missing).toContainEqual([holed, 3, 0]);
  await goesOn(at(), options);
}, 120_000);

it('what the first of a chain did is on record where nothing can be planned of the second', async () => {
  const { options, polygon } = await chainThatLacks();
  const nowhere = { id: 'csv', url: `${at()}-nowhere`, settings: { basis: 'raw' } };
  const history = openHistory({ ...options, provider: [polygon, nowhere] });
  await expect(history.backfill(request)).rejects.toMatchObject({ code: 'usage' });
  const { runs } = await history.runs();
  expect(runs.map(({ provider, summary: { fetched, stopped } }) => [provider, fetched, stopped])).toEqual([
    ['polygon', tickers.length - 1, null],
  ]);
  await history.close();
}, 120_000);
