import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { checkedCapabilities } from '../../../src/providers/module/check-capabilities.ts';
import { type ProviderDefinition, defineProvider } from '../../../src/providers/module/define-provider.ts';
import { openFetching } from '../../../src/providers/module/open-fetching.ts';

const answers: { status: number; body: string }[] = [];
const http = createServer((_request, response) => {
  const { status, body } = answers.shift() ?? { status: 200, body: '[]' };
  response.writeHead(status).end(body);
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => void http.close());
beforeEach(() => void answers.splice(0));

const DECLARED = { id: 'own', intervals: { '1d': { settleDelayMs: 0 } } } as const;
const ROW = { ts: Date.parse('2026-11-18T00:00:00Z'), open: 1, high: 2, low: 1, close: 2, volume: 3 };

/** Asks a function for a week, through a gate that counts. */
async function ask(
  fetch: ProviderDefinition['fetch'],
  {
    secrets = {},
    paging,
    timeoutMs,
    from = '2026-11-16',
  }: { secrets?: Record<string, string>; paging?: { rows: number }; from?: string; timeoutMs?: number } = {},
) {
  const day = { settleDelayMs: 0, ...(paging && { paging }) };
  const capabilities = checkedCapabilities({ ...DECLARED, intervals: { '1d': day } }, (what) => {
    throw new Error(what);
  });
  let entered = 0;
  const gate: Gate = { ...OPEN_GATE, enter: async (as) => (entered++, OPEN_GATE.enter(as)) };
  const provider = openFetching(
    { ...defineProvider({ capabilities: DECLARED, fetch }), capabilities },
    { url: 'file:///own.mjs', config: { ...(timeoutMs !== undefined && { timeoutMs }) }, gate, secrets },
  );
  const range = { from: parseDay(from), to: parseDay('2026-11-21') };
  const now = Date.parse('2026-11-23T12:00:00Z');
  const answer = provider.fetchBars({ series: { ticker: 'ACME', interval: '1d' }, range, now });
  return answer.then(
    (bars) => ({ bars, entered }),
    (error: unknown) => ({ error: error as Error & { code: string }, entered }),
  );
}

it('counts each of its requests, and has what it gives', async () => {
  const got = await ask(async ({ get, getJson, symbol, start, end }) => {
    await get(`${base}/first`);
    await getJson(`${base}/${symbol}?from=${start}&to=${end}`);
    return [ROW];
  });
  expect(got.entered).toBe(2);
  expect(got).toMatchObject({ bars: { bars: { length: 1 }, unusable: [], wireBasis: 'raw' } });
});

it('is ended where it neither ends nor asks for anything', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const { error } = (await ask(never, { timeoutMs: 5 })) as { error: Error };
  expect(error).toMatchObject({ code: 'provider-broken' });
  expect(error.message).toContain(
    'its fetch for ACME neither ends nor asks for anything for 0.05 s, 10 times its timeoutMs',
  );
});

it('takes a row without any price for a session without one, and what lacks some for a wrong one', async () => {
  const none = { open: null, high: null, low: null, close: null };
  const rows = [none, { close: null }, { open: null, low: null }].map((change, i) => ({
    ...{ ...ROW, ts: ROW.ts + i * 86_400_000 },
    ...change,
  }));
  const got = await ask(async ({ get }) => {
    await get(base);
    return rows;
  });
  expect(got).toMatchObject({
    bars: {
      bars: { length: 0 },
      unusable: [
        { reason: 'empty' },
        { reason: 'its close is missing' },
        { reason: 'its open and low are missing' },
      ],
    },
  });
});

it('is refused where it asks past the gate, as nobody would count that', async () => {
  const { error } = (await ask(async () => {
    await globalThis.fetch(base);
    return [ROW];
  })) as { error: Error };
  expect(error).toMatchObject({ code: 'provider-broken' });
  expect(error.message).toContain('its fetch asks for nothing by the get or getJson that it is given');
});

it('asks again for JSON that is cut, and what a server says of itself is not its fault', async () => {
  answers.push({ status: 200, body: '[1, 2' }, { status: 200, body: '[]' });
  expect(await ask(async ({ getJson }) => getJson(base))).toMatchObject({
    entered: 2,
    bars: { bars: { length: 0 } },
  });
  answers.push({ status: 403, body: 'not yours' });
  expect(await ask(async ({ getJson }) => getJson(base))).toMatchObject({ error: { code: 'not-entitled' } });
  answers.push({ status: 400, body: 'Invalid symbol' });
  const isUnknown = ({ body }: { body: string }): boolean => body === 'Invalid symbol';
  expect(await ask(async ({ getJson }) => getJson(base, { isUnknown }))).toMatchObject({
    error: { code: 'unknown-ticker', message: 'own answered 400 for ACME: Invalid symbol' },
  });
});

it.each([
  [[{ ...ROW, close: '2.5' }], 'gives a row whose close is "2.5"; it must be a number, or null'],
  [[{ ...ROW, ts: '2026-11-18' }], 'gives a row whose ts is "2026-11-18"; it must be ms since the epoch'],
  [[{ ...ROW, volume: '7' }], 'gives a row whose volume is "7"; it must be a number, null, or left out'],
  [[[1, 2, 3]], 'gives a row whose ts is undefined'],
  [[null], 'gives the row null'],
  [{ rows: [] }, 'gives {"rows":[]}; it must be a list of rows'],
])('refuses what is no row: %j', async (rows, message) => {
  const { error } = (await ask(async ({ get }) => {
    await get(base);
    return rows as never;
  })) as { error: Error };
  expect(error).toMatchObject({ code: 'provider-broken' });
  expect(error.message).toContain(message);
});

it('says no key that its code throws', async () => {
  const { error } = (await ask(
    async ({ get, secrets }) => {
      await get(base);
      throw new Error(`cannot use ${secrets['key']}`);
    },
    { secrets: { key: 'hunter2' } },
  )) as { error: Error };
  expect(error.message).toContain('cannot use ***');
});

it('does not go on for ever', async () => {
  const { error } = (await ask(
    async ({ get, start }) => {
      await get(`${base}/${start}`);
      return [{ ...ROW, ts: start }];
    },
    { paging: { rows: 1 } },
  )) as { error: Error };
  expect(error?.message ?? 'it ended').toMatch(/it ended|far more/);
});

const DAY = 86_400_000;

it.each([
  [
    'in seconds',
    [ROW, { ...ROW, ts: ROW.ts / 1000 }],
    'gives a row whose ts is 1794960000, which looks like seconds; it must be',
  ],
  [
    'in ns',
    [{ ...ROW, ts: ROW.ts * 1e6 }],
    'gives a row whose ts is 1794960000000000000, which looks like ns',
  ],
  [
    'of no midnight, elsewhere',
    [ROW, { ...ROW, ts: ROW.ts - 30 * DAY + 1 }],
    'it must be midnight in UTC of its date, in ms',
  ],
])('is refused with a row %s', async (_, rows, message) => {
  const got = await ask(async ({ get }) => (await get(base), rows));
  expect(got).toMatchObject({
    error: { code: 'provider-broken', message: expect.stringContaining(message) },
  });
});

it('is refused with rows of which none is of the range, as nothing of that is known then', async () => {
  const elsewhere = [ROW, ROW].map((row, i) => ({ ...row, ts: ROW.ts - (i + 30) * DAY }));
  const got = await ask(async ({ get }) => (await get(base), elsewhere));
  expect(got).toMatchObject({
    error: {
      code: 'bad-answer',
      message:
        'the answer for ACME has 2 rows, 2026-10-18..2026-10-19, none of 2026-11-16..2026-11-20, for which it was asked; where there is none of a range, an answer without rows says so',
    },
  });
  // More than was asked for is no trouble, nor is a day whose stamp would be one of the range in seconds: 2024-10-04.
  const days = ['2026-11-20', '2026-11-19', '2026-11-18', '2026-11-17', '2026-11-16', '1970-01-21'];
  const whole = [...days.map((date) => ({ ...ROW, ts: Date.parse(`${date}T00:00:00Z`) })), ...elsewhere];
  expect(await ask(async ({ get }) => (await get(base), whole))).toMatchObject({
    bars: { bars: { length: 8 } },
  });
});

it('is refused where rows of another range leave most of what lies between without one', async () => {
  const of = async (...dates: string[]) => {
    const rows = dates.map((date) => ({ ...ROW, ts: Date.parse(`${date}T00:00:00Z`) }));
    return ask(async ({ get }) => (await get(base), rows));
  };
  expect(await of('2026-11-16', '2026-12-01', '2026-12-02')).toMatchObject({
    error: {
      code: 'bad-answer',
      message:
        'the answer for ACME has 3 rows, 2026-11-16..2026-12-02, with 4 sessions of 2026-11-16..2026-11-20, for which it was asked, that lie between them without one; where there is none of a range, an answer without rows says so',
    },
  });
  for (const sound of [
    ['2026-11-16', '2026-11-18', '2026-11-20', '2026-12-01'],
    ['2026-11-16'],
    ['2026-11-02', '2026-11-16', '2026-11-17', '2026-11-18'],
    ['2026-11-20', '2026-12-01'],
  ])
    expect(await of(...sound)).toMatchObject({ bars: { bars: { length: sound.length } } });
});
