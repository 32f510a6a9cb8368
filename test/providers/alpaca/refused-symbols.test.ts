import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../../src/market/sample.ts';
import { alpaca } from '../../../src/simulator/alpaca/index.ts';
import type { OwnWire } from '../../../src/simulator/own-wire.ts';
import type { SimulatorOptions } from '../../../src/simulator/server.ts';
import { NOW, stopAll } from '../../simulator/running.ts';
import { THOUSAND, historyOf, wide } from './served-market.ts';

// Whole runs over lists of which some symbols are none.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alpaca-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const sample = sampleMarket();

describe('a symbol that has the request of a hundred refused', () => {
  /** What a run of a hundred tickers, some of which are no symbol, sends, stores and cannot have. */
  const runWith = async (bad: readonly string[], wire: SimulatorOptions['wire'] = 'alpaca', at = 100) => {
    const { history, simulator } = await historyOf(folder, wide, { now: NOW, quotas: [], wire });
    const good = THOUSAND.slice(0, 100 - bad.length);
    const tickers = [...good.slice(0, at), ...bad, ...good.slice(at)];
    const { cannotBeHad, failures, fetchedTickers } = await history.backfill({ tickers, days: 20 });
    await history.close();
    const requests = simulator.requests();
    const refused = simulator.entries.filter(({ status }) => status === 400).length;
    await rm(folder, { recursive: true });
    await mkdir(folder);
    const none = cannotBeHad.flatMap((group) => group.tickers);
    return { requests, refused, none, failures: failures.map(({ ticker }) => ticker), fetchedTickers };
  };

  it('costs its own ticker, and at most as many requests as halving a hundred takes', async () => {
    const sound = await runWith([]);
    expect(sound).toMatchObject({ refused: 0, none: [], failures: [], fetchedTickers: 100 });
    for (const bad of [['QA-WS'], ['QA-WS', 'QB-WS']]) {
      const { requests, refused, none, fetchedTickers } = await runWith(bad);
      expect(none.toSorted()).toEqual(bad);
      expect(fetchedTickers).toBe(100 - bad.length);
      // What its splits are not known by is not asked for bars.
      expect(refused).toBe(bad.length);
      expect(requests - sound.requests).toBe(refused);
      expect(requests - sound.requests).toBeLessThan(bad.length * Math.log2(100));
    }
  }, 60_000);

  it('costs a request for each halving, itself and the rest where it is not named', async () => {
    const sound = await runWith([], nameless);
    for (const [bad, at] of [
      [['QA-WS'], 100],
      [['QA-WS'], 0],
      [['QA-WS'], 37],
      [['QA-WS', 'QB-WS'], 63],
    ] as const) {
      const { requests, none, failures, fetchedTickers } = await runWith(bad, nameless, at);
      expect([none.toSorted(), failures.toSorted(), fetchedTickers]).toEqual([bad, bad, 100 - bad.length]);
      expect(requests - sound.requests).toBeLessThanOrEqual(bad.length * (7 + 2));
    }
  }, 60_000);

  it('does not have the shares asked for again beside which it is a pair', async () => {
    const { history, simulator } = await historyOf(folder, sample, {
      now: NOW,
      quotas: [],
      wire: refusesPairs,
    });
    const tickers = ['ALFA', 'BRIQ', 'SMPL-USD', 'PSDO-USDT'];
    const days = { start: '2026-11-10', end: '2026-11-12' };
    const { cannotBeHad } = await history.backfill({ tickers, intervals: ['15m'], ...days });
    expect(cannotBeHad.flatMap((group) => group.tickers).toSorted()).toEqual(['PSDO-USDT', 'SMPL-USD']);
    expect(await history.read({ ticker: 'BRIQ', interval: '15m' })).toHaveLength(3 * 26);
    const shares = simulator.entries.filter(({ path }) => path === '/v2/stocks/bars');
    expect(shares).toHaveLength(1);
    await history.close();
  });
});

/** Alpaca's, which takes no pair. */
const refusesPairs: OwnWire = {
  ...alpaca,
  answer: (request, ...asked) =>
    request.path.includes('crypto')
      ? { status: 400, headers: {}, body: '{"message":"invalid symbol"}', rows: 0 }
      : alpaca.answer(request, ...asked),
};

/** Alpaca's, which does not say which symbol is none. */
const nameless: OwnWire = {
  ...alpaca,
  answer: (...asked) => {
    const answer = alpaca.answer(...asked);
    return { ...answer, body: answer.body.replace(/invalid symbol: [^"]*/, 'invalid symbol') };
  },
};
