import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// A plan that is written out is carried out as it is, by the requests that it prices and no others; or it is refused.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let simulator: Logged;
const open: History[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  simulator = await start({ wire: 'yahoo', now: () => NOW });
});
afterEach(async () => {
  for (const history of open.splice(0)) await history.close();
  await stopAll();
  await folder.remove();
});

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO'];

function historyOf(store = 'data', more: Partial<HistoryOptions> = {}): History {
  const history = openHistory({
    ...{ store: `${folder.path}/${store}`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ provider: { id: 'yahoo', url: simulator.url }, quotas: [], workers: 1 },
    ...more,
  });
  open.push(history);
  return history;
}

const planPath = (): string => `${folder.path}/night.plan`;

/** Days of a request that is planned, after `before` is stored. */
async function planned(history: History, days = 20, before = 0): Promise<void> {
  if (before > 0) await history.backfill({ tickers: TICKERS, days: before });
  await history.plan({ tickers: TICKERS, days, to: planPath() });
}

const carryOut = (history: History): ReturnType<History['backfill']> =>
  history.backfill({ plan: planPath() });

describe('a plan that is written out', () => {
  it('is carried out by the requests that it prices, and stores what an ordinary run does', async () => {
    const { totals } = await historyOf().plan({ tickers: TICKERS, days: 20, to: planPath() });
    expect([simulator.requests(), totals.requests]).toEqual([0, 4]);
    const ran = await carryOut(historyOf());
    expect([ran.sent, ran.requests, simulator.requests()]).toEqual([4, 4, 4]);
    expect(ran).toMatchObject({ fetched: 4, failed: 0, stopped: null });
    const usual = await historyOf('usual').backfill({ tickers: TICKERS, days: 20 });
    const paths = simulator.entries.map(({ path }) => path);
    expect(paths.slice(0, 4).toSorted()).toEqual(paths.slice(4).toSorted());
    expect(ran.bars).toBe(usual.bars);
    for (const ticker of TICKERS) {
      const series = { ticker, interval: '1d' } as const;
      expect(await historyOf().read(series)).toEqual(await historyOf('usual').read(series));
    }
  });

  it('adds what is lacking of what is stored by the same requests too', async () => {
    const history = historyOf();
    await planned(history, 20, 5);
    const before = simulator.requests();
    expect((await carryOut(history)).sent).toBe(4);
    expect(simulator.requests() - before).toBe(4);
    expect((await history.plan({ tickers: TICKERS, days: 20 })).tasks).toEqual([]);
  });

  it('is read back as the plan that it was', async () => {
    // So dear that a doubtful answer is asked for once.
    const history = historyOf('data', { quotas: [{ requests: 25, perMs: 86_400_000 }] });
    await history.backfill({ tickers: TICKERS.slice(0, 2), days: 5 });
    const request = { tickers: [...TICKERS, 'BTC-USDT'], intervals: ['1h', '1d'] as const, days: 9 };
    const {
      routes: _routes,
      mayProbe: _mayProbe,
      standing: _then,
      quotaMs: _ms,
      ...plan
    } = await history.plan({ ...request, to: planPath() });
    const { standing: _now, quotaMs: _time, ...read } = await history.plan({ plan: planPath() });
    expect(read).toEqual(plan);
  });

  it('asks again only what failed, and says so', async () => {
    await simulator.close();
    const rates = 'throttle-seconds=35%,error-500=35%';
    simulator = await start({ wire: 'yahoo', now: () => NOW, faults: { rates, seed: 5 } });
    const history = historyOf();
    await planned(history);
    const { sent, retries, throttles } = await carryOut(history);
    expect(retries + throttles).toBeGreaterThan(0);
    expect([sent, simulator.requests()]).toEqual([4 + retries + throttles, 4 + retries + throttles]);
  });

  it('that was carried out has nothing left to do', async () => {
    const history = historyOf();
    await planned(history);
    await carryOut(history);
    expect(await carryOut(history)).toMatchObject({ sent: 0, complete: 4, fetched: 0, failed: 0 });
    expect(simulator.requests()).toBe(4);
  });
});

describe('a plan whose store has moved is refused, and nothing is asked', () => {
  const refusal =
    /night\.plan: the store has moved since: what is stored of BRIQ is not what the plan was made from; make it again with plan\(\{ to \}\)$/;

  it.each<[string, (history: History) => Promise<unknown>]>([
    ['filled', (history) => history.backfill({ tickers: ['BRIQ'], days: 7 })],
    ['forgotten', (history) => history.forget('BRIQ', { start: '2026-11-16' })],
    ['renamed', (history) => history.rename('BRIQ', 'BRIK', { on: '2026-11-16' })],
  ])('%s', async (_, move) => {
    const history = historyOf();
    await planned(history, 20, 5);
    await move(history);
    const before = simulator.requests();
    await expect(carryOut(history)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(refusal),
    });
    await expect(history.plan({ plan: planPath() })).rejects.toThrow(refusal);
    expect(simulator.requests()).toBe(before);
  });

  it('and says of how many', async () => {
    const history = historyOf();
    await planned(history);
    await history.backfill({ tickers: TICKERS.slice(1), days: 20 });
    await expect(carryOut(history)).rejects.toThrow('what is stored of BRIQ and of 2 more is not');
  });

  it('unless it moved in what the plan does not ask for', async () => {
    const history = historyOf();
    await planned(history, 20, 5);
    await history.backfill({ tickers: ['ELNA'], days: 3 });
    expect((await carryOut(history)).fetched).toBe(4);
  });
});

describe('a plan that is interrupted', () => {
  it('goes on with what is left', async () => {
    const tickers = [...TICKERS, 'ELNA', 'GLYF', 'HAZL', 'JUNP', 'KELV'];
    const history = historyOf('data', { concurrency: 1 });
    await history.plan({ tickers, days: 20, to: planPath() });
    const stop = new AbortController();
    const onEvent = ({ type }: { readonly type: string }): unknown => type === 'finished' && stop.abort();
    const ended = await history.backfill({ plan: planPath(), stop: stop.signal, onEvent });
    expect(ended.stopped?.reason).toBe('interrupted');
    const sent = simulator.requests();
    expect(sent).toBeLessThan(tickers.length);
    const left = tickers.length - sent;
    const rest = await carryOut(historyOf());
    expect(rest).toMatchObject({ sent: left, fetched: left, complete: sent, failed: 0 });
    expect(simulator.requests()).toBe(tickers.length);
  });

  it('is refused once another took away from what it does not ask for', async () => {
    const history = historyOf();
    await planned(history, 20, 5);
    const stop = new AbortController();
    await history.backfill({
      plan: planPath(),
      stop: stop.signal,
      onEvent: ({ type }) => type === 'finished' && stop.abort(),
    });
    await history.backfill({ tickers: ['DUNO'], days: 60 });
    await expect(carryOut(history)).rejects.toThrow('what is stored of DUNO is not');
  });
});

describe('a file that is no plan, or not this one', () => {
  it.each<[string, (text: string) => string, string]>([
    ['empty', () => '', 'is no plan; backfill --plan-out FILE writes one'],
    ['of another kind', () => '{"a":1}\n', 'is no plan; backfill --plan-out FILE writes one'],
    ['cut', (text) => text.slice(0, text.lastIndexOf('{')), 'is cut: the line that ends a plan is not there'],
    ['cut in its last line', (text) => text.slice(0, -5), 'is cut'],
    ['edited', (text) => text.replace('"DUNO"', '"EVIL"'), 'is not as it was written'],
    ['with a line more', (text) => `${text}{}\n`, 'is cut'],
    [
      'of another version',
      (text) => text.replace(/"program":"[^"]*"/, '"program":"9.9"'),
      'by version 9.9, and this is ',
    ],
    ['of another form', (text) => text.replace('"plan":1', '"plan":7'), 'was written by version '],
  ])('is refused where it is %s', async (_, change, why) => {
    const history = historyOf();
    await planned(history);
    await writeFile(planPath(), change(await readFile(planPath(), 'utf8')));
    await expect(carryOut(history)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(why),
    });
    expect(simulator.requests()).toBe(0);
  });

  it('is refused where there is none', async () => {
    await expect(carryOut(historyOf())).rejects.toThrow(
      /night\.plan: cannot be read: there is no such file$/,
    );
  });

  it('is refused for another store, provider or URL, and beside what it has itself', async () => {
    await planned(historyOf());
    const plan = planPath();
    await expect(carryOut(historyOf('other'))).rejects.toThrow(
      /the plan .*night\.plan was made for the store .*data$/,
    );
    const sample = historyOf('data', { provider: { id: 'sample' } });
    await expect(carryOut(sample)).rejects.toThrow(
      /^provider sample: the plan .* asks yahoo; say provider yahoo$/,
    );
    const elsewhere = historyOf('data', { provider: { id: 'yahoo', url: 'http://127.0.0.1:1' } });
    await expect(carryOut(elsewhere)).rejects.toThrow(
      'was made with other settings of yahoo, or another URL',
    );
    await expect(historyOf().backfill({ plan, days: 5 })).rejects.toThrow(/^days contradicts the plan /);
    await expect(historyOf().backfill({ plan, everything: true })).rejects.toThrow(
      /^everything contradicts the plan /,
    );
    expect(simulator.requests()).toBe(0);
  });
});

describe('what cannot be written out', () => {
  it('is refused, and no file is there', async () => {
    const to = planPath();
    const chain = historyOf('data', { provider: [{ id: 'yahoo', url: simulator.url }, { id: 'sample' }] });
    await expect(chain.plan({ tickers: TICKERS, to })).rejects.toThrow(
      'what sample is asked for shows once yahoo has answered; write a plan of one provider',
    );
    await expect(historyOf().plan({ tickers: TICKERS, derive: true, intervals: ['1h'], to })).rejects.toThrow(
      'bars that are derived are asked of nobody',
    );
    await expect(historyOf().plan({ tickers: TICKERS, to: `${folder.path}/data/x` })).rejects.toThrow(
      'lies in the store',
    );
    await expect(readFile(to)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
