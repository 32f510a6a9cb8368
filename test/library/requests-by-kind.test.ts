import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RequestsBy } from '../../src/backfill/settle/requests-by.ts';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import type { BackfillOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { ALPACA_KEYS, alpaca } from '../../src/simulator/alpaca/index.ts';
import { invalidSymbol, json, refusal } from '../../src/simulator/alpaca/errors.ts';
import type { OwnWire } from '../../src/simulator/own-wire.ts';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import type { WireRequest } from '../../src/simulator/wire.ts';
import { wideMarket } from '../backfill/wide-market.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// Every request that is sent beyond the price of a plan, and every one of it that is not sent, is told by why.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const SHARES = ['ALFA', 'BRIQ', 'CORV', 'DUNO'];

/** Alpaca's wire where `instead` answers nothing else for a request. */
function alpacaBut(instead: (request: WireRequest) => ReturnType<OwnWire['answer']> | WireRequest): OwnWire {
  return {
    ...alpaca,
    answer: (request, market, now) => {
      const given = instead(request);
      return 'status' in given ? given : alpaca.answer(given, market, now);
    },
  };
}

const isOfBars = ({ path }: WireRequest): boolean => path === '/v2/stocks/bars';

interface Asked {
  readonly wire: SimulatorOptions['wire'];
  readonly market?: SimulatorOptions['market'];
  readonly id?: 'alpaca' | 'yahoo';
  readonly quotas?: string;
  readonly request?: Partial<BackfillOptions>;
}

/** What a run of SHARES tells of its requests, and how many a simulator saw. */
async function runOf({ wire, market, id = 'alpaca', quotas, request }: Asked) {
  const simulator = await start({ wire, now: () => NOW, ...(market && { market }) });
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    provider: { id, url: simulator.url },
    ...(id === 'alpaca' && { secrets: ALPACA_KEYS }),
    quotas: quotas === undefined ? [] : parseQuotas(quotas),
    workers: 1,
  });
  const { stop, ...others } = request ?? {};
  const asked = { tickers: SHARES, days: 20, ...others };
  const { requests: planned } = (await history.plan(asked)).totals;
  const { requestsBy, sent, failed } = await history.backfill({ ...asked, ...(stop && { stop }) });
  await history.close();
  return { planned, requestsBy, sent, failed, seen: simulator.requests() };
}

/** As priced but for what is given. */
function by(priced: number, others: Partial<RequestsBy>): RequestsBy {
  const none = { added: 0, pages: 0, isolation: 0, secondAsks: 0, retries: 0, throttled: 0, notSent: 0 };
  return { priced, ...none, ...others };
}

const UNKNOWN = ['QQZA', 'QQZB', 'QQZC', 'QQZD', 'QQZE'];

/** A market of tickers that have a bar of every session: of fifty, five may be unknown before that is in doubt. */
function wideYahoo() {
  const market = wideMarket(60);
  const complete = market.names.filter((_, i) => i % 7 !== 3).slice(0, 45);
  return { wire: 'yahoo', id: 'yahoo', market, complete } as const;
}

it('more pages than were expected', async () => {
  const wire = alpacaBut((request) => {
    if (!isOfBars(request)) return request;
    const query = new URLSearchParams(request.query);
    query.set('limit', '25');
    return { ...request, query };
  });
  const { planned, requestsBy, sent, seen, failed } = await runOf({ wire });
  // 20 sessions of four series are 80 rows.
  expect({ failed, requestsBy }).toEqual({ failed: 0, requestsBy: by(planned, { pages: 3 }) });
  expect([sent, seen]).toEqual([planned + 3, planned + 3]);
});

it.each([
  { says: 'which ticker spoils it', answer: invalidSymbol('CORV'), more: 1 },
  // Three halvings at most, and what was put off.
  { says: 'that one does', answer: refusal(400, 'invalid symbols'), more: 3 },
])('a list that is asked for in parts, where its refusal says $says', async ({ answer, more }) => {
  const wire = alpacaBut((request) => {
    const symbols = request.query.get('symbols')?.split(',') ?? [];
    return isOfBars(request) && symbols.includes('CORV') ? answer : request;
  });
  const { planned, requestsBy, sent, seen } = await runOf({ wire });
  expect(requestsBy).toEqual(by(planned, { isolation: more }));
  expect([sent, seen]).toEqual([planned + more, planned + more]);
});

it('only the first page of such a part as one for that', async () => {
  const wire = alpacaBut((request) => {
    if (!isOfBars(request)) return request;
    const query = new URLSearchParams(request.query);
    query.set('limit', '25');
    const isSpoilt = query.get('symbols')?.includes('CORV') ?? false;
    return isSpoilt ? invalidSymbol('CORV') : { ...request, query };
  });
  const { planned, requestsBy, seen } = await runOf({ wire });
  // 60 rows of the three others: the page that was priced was refused.
  expect(requestsBy).toEqual(by(planned, { isolation: 1, pages: 2 }));
  expect(seen).toBe(planned + 3);
});

it('answers in doubt that are asked for again, with whatever that takes', async () => {
  let answers = 0;
  const wire = alpacaBut((request) => {
    if (!isOfBars(request) || ++answers > 1) return request;
    return json(200, { bars: {}, next_page_token: null });
  });
  const { planned, requestsBy, sent, seen, failed } = await runOf({ wire });
  // The bars again, and their splits and dividends beside them.
  const secondAsks = 2;
  expect({ failed, requestsBy }).toEqual({ failed: 0, requestsBy: by(planned, { secondAsks }) });
  expect([sent, seen]).toEqual([planned + secondAsks, planned + secondAsks]);
});

it('retries and what was throttled, of requests of every kind', async () => {
  let asked = 0;
  const wire = alpacaBut((request) => {
    if (!isOfBars(request)) return request;
    const answers = [
      ...[refusal(500, 'no'), refusal(429, 'too many requests.'), invalidSymbol('CORV')],
      ...[refusal(500, 'no'), refusal(500, 'no')],
    ];
    return answers[asked++] ?? request;
  });
  const { planned, requestsBy, sent, seen } = await runOf({ wire });
  expect(requestsBy).toEqual(by(planned, { isolation: 1, retries: 3, throttled: 1 }));
  expect([sent, seen]).toEqual([planned + 5, planned + 5]);
});

it('those that were not sent as the day is used up', async () => {
  const { planned, requestsBy, sent, seen } = await runOf({ wire: 'yahoo', id: 'yahoo', quotas: '3/day' });
  expect(planned).toBe(SHARES.length);
  expect(requestsBy).toEqual(by(planned, { notSent: 1 }));
  expect([sent, seen]).toEqual([3, 3]);
});

it('no retry of a run that is stopped while it waits for it', async () => {
  const stop = new AbortController();
  const wire = alpacaBut((request) => {
    if (!isOfBars(request)) return request;
    setTimeout(() => stop.abort(), 20);
    return refusal(500, 'no');
  });
  const { planned, requestsBy, sent, seen } = await runOf({ wire, request: { stop: stop.signal } });
  expect(requestsBy).toEqual(by(planned, {}));
  expect([sent, seen]).toEqual([planned, planned]);
});

it('what is asked besides the plan, of a complete ticker', async () => {
  const { complete, ...wire } = wideYahoo();
  await runOf({ ...wire, request: { tickers: complete } });
  const tickers = [...complete, ...UNKNOWN];
  const { planned, requestsBy, sent, seen } = await runOf({ ...wire, request: { tickers } });
  expect(requestsBy).toEqual(by(planned, { added: 1 }));
  expect([planned, sent, seen]).toEqual([5, 6, 6]);
});

it('so it is where the quota that was left went there', async () => {
  const { complete, ...wire } = wideYahoo();
  await runOf({ ...wire, request: { tickers: complete } });
  const tickers = [...complete, ...UNKNOWN, 'QQZF'];
  const { planned, requestsBy, sent, seen } = await runOf({ ...wire, quotas: '6/day', request: { tickers } });
  expect(requestsBy).toEqual(by(planned, { added: 1, notSent: 1 }));
  expect([planned, sent, seen]).toEqual([6, 6, 6]);
});
