import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BackfillError, errorData } from '../../../src/core/errors.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openHttpProvider } from '../../../src/providers/http/open-provider.ts';
import { ASKED, outcomesOf, toySteps } from './toy.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Toy {
  readonly gate: Gate;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly key: string;
}

type Reply = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function toy(
  reply: Reply,
  { gate = OPEN_GATE, timeoutMs = 5000, key = 'open sesame', ...patience }: Partial<Toy> = {},
) {
  return openHttpProvider(toySteps(await served(reply)), { timeoutMs, ...patience }, gate, { key });
}

/** The URL of a server. */
async function served(reply: Reply): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => reply(request, response, ++count));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const closes = (values: Record<string, number[]>): string => JSON.stringify({ closes: values });
const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false };

/** A gate that notes what passes. */
function noting(more: Partial<Gate> = {}): { gate: Gate; notes: string[] } {
  const notes: string[] = [];
  const gate: Gate = {
    ...OPEN_GATE,
    enter: async () => notes.push('enter'),
    withdrawn: () => void notes.push('withdrawn'),
    departed: () => void notes.push('departed'),
    ended: () => void notes.push('ended'),
    answered: async () => void notes.push('answered'),
    throttled: async (ms) => notes.push(`throttled ${ms}`) > 0,
    failed: async ({ code }) => notes.push(`failed ${code}`) > 0,
    ...more,
  };
  return { gate, notes };
}

describe('a provider in steps', () => {
  it('sends every page through the gate', async () => {
    const { gate, notes } = noting();
    const provider = await toy(
      (_, response, count) =>
        void response.end(JSON.stringify({ closes: { A: [count] }, ...(count === 1 && { next: 'two' }) })),
      { gate },
    );
    expect(outcomesOf((await provider.fetchList?.({ ...ASKED, tickers: ['A'] })) ?? [])).toEqual({
      A: [1, 2],
    });
    expect(notes).toEqual([
      ...['enter', 'departed', 'ended', 'answered'],
      ...['enter', 'departed', 'ended', 'answered'],
    ]);
  });

  it('tries again what may go better, worded anew, and waits where it is asked to slow down', async () => {
    const { gate, notes } = noting();
    const provider = await toy(
      (_, response, count) => {
        if (count === 1) response.writeHead(500).end();
        else if (count === 2) response.writeHead(429, { 'retry-after': '2' }).end();
        else response.end(closes({ A: [3] }));
      },
      { gate },
    );
    const { bars } = await provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    expect([...bars.close]).toEqual([3]);
    expect(notes.filter((note) => /^(failed|throttled)/.test(note))).toEqual([
      'failed provider-fault',
      'throttled 2000',
    ]);
  });

  it('takes back a request that it cannot word: nothing is sent, and nobody answered', async () => {
    const { gate, notes } = noting();
    const request = (): never => {
      throw new BackfillError('unsupported-interval', 'toy has days only');
    };
    const steps = { ...toySteps('http://127.0.0.1:9'), request };
    const provider = openHttpProvider(steps, {}, gate);
    const asked = provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    await expect(asked).rejects.toMatchObject({ code: 'unsupported-interval' });
    expect(notes).toEqual(['enter', 'withdrawn', 'ended']);
  });

  it('lists its tickers through the gate', async () => {
    const { gate, notes } = noting();
    const provider = await toy((request, response) => void response.end(`["A","${request.url}"]`), { gate });
    expect(await provider.listTickers()).toEqual(['A', '/tickers']);
    expect(notes[0]).toBe('enter');
  });

  it('throws of one series what became of it', async () => {
    const provider = await toy((_, response) => void response.end('{"refused":"A"}'));
    const asked = provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    await expect(asked).rejects.toMatchObject({ code: 'unknown-ticker' });
  });

  it('of which a chain has no part of a ticker that was asked for has an error of it', async () => {
    const url = await served((_, response) => void response.end(closes({ A: [1] })));
    const lacking = { ...toySteps(url), end: () => [] };
    const provider = openHttpProvider(lacking, {}, OPEN_GATE);
    const parts = await provider.fetchList?.({ ...ASKED, tickers: ['A', 'B'] });
    expect(parts?.map((part) => [part.ticker, 'error' in part && part.error])).toEqual(
      ['A', 'B'].map((ticker) => [
        ticker,
        expect.objectContaining({
          code: 'provider-broken',
          message: `no part of toy's answer is of ${ticker}, which was asked for`,
        }),
      ]),
    );
    const alone = provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    await expect(alone).rejects.toMatchObject({ code: 'provider-broken' });
  });

  it('gives up an answer that does not come in time', async () => {
    const provider = await toy(() => undefined, { gate: ONE_TRY, timeoutMs: 50 });
    const asked = provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    await expect(asked).rejects.toMatchObject({ code: 'timeout' });
  });

  it('lets go of a request at once when it is aborted', async () => {
    const ending = new AbortController();
    const provider = await toy(() => ending.abort(new Error('enough')), {
      gate: { ...ONE_TRY, signal: ending.signal },
    });
    const asked = provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('a key', () => {
  it('goes with every request', async () => {
    const keys: unknown[] = [];
    const provider = await toy((request, response) => {
      keys.push(request.headers['x-key']);
      response.end(closes({ A: [1] }));
    });
    await provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    expect(keys).toEqual(['open sesame']);
  });

  it.each([
    ['as it is', 'your key open sesame is wrong'],
    ['as it stands in an address', 'no: /bars?key=open%20sesame'],
  ])('is in no error of a server that repeats it %s', async (_, said) => {
    const provider = await toy((__, response) => void response.writeHead(401).end(said));
    const asked = provider.fetchBars({ ...ASKED, series: { ticker: 'A', interval: '1d' } });
    const error = await asked.then(
      () => undefined,
      (one: BackfillError) => one,
    );
    expect(error).toMatchObject({ code: 'unauthorized', scope: 'run', retryable: false });
    expect(error?.message).toContain('***');
    expect(JSON.stringify(errorData(error))).not.toMatch(/sesame/);
  });

  it('is in no error of a ticker or of the list of tickers', async () => {
    const provider = await toy((request, response) => {
      if (request.url === '/tickers') response.writeHead(401).end('open sesame');
      else response.end('{"refused":"A","by":"open sesame"}');
    });
    const series = { ticker: 'A', interval: '1d' } as const;
    await expect(provider.fetchBars({ ...ASKED, series })).rejects.toThrow('"by":"***"');
    await expect(provider.listTickers()).rejects.toThrow('toy says ***');
  });
});

describe('a request of which no usable answer comes', () => {
  it.each([
    [undefined, 8],
    [0, 1],
    [2, 3],
  ])('is tried again as often as is allowed: maxRetries %s', async (maxRetries, tries) => {
    let count = 0;
    const gate = { ...OPEN_GATE, pause: () => Promise.resolve() };
    const provider = await toy((_, response) => (count++, response.writeHead(503).end()), {
      ...{ gate, ...(maxRetries !== undefined && { maxRetries }) },
    });
    const series = { ticker: 'A', interval: '1d' } as const;
    await expect(provider.fetchBars({ ...ASKED, series })).rejects.toMatchObject({ code: 'provider-fault' });
    expect(count).toBe(tries);
  });
});

describe('a provider that reads an answer as it comes', () => {
  it('hears in each try what that brought, and nothing of the one before', async () => {
    let count = 0;
    const server = createServer((_, response) => {
      if (++count > 1) response.end('1\n2\n3\n');
      else response.writeHead(200, { 'content-length': '99' }).write('9\n8\n', () => response.destroy());
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const steps = toySteps(`http://127.0.0.1:${port}`);
    const provider = openHttpProvider(
      {
        ...steps,
        request: async (asked, state, secrets) => ({
          ...(await steps.request(asked, state, secrets)),
          read: async (pieces) => {
            let text = '';
            for await (const piece of pieces) text += piece;
            return text.trim().split('\n').map(Number);
          },
        }),
        parse: ({ read, body }) => {
          expect(body).toBe('');
          return { parts: [], state: { next: undefined, came: { A: read as number[] } }, hasMore: false };
        },
      },
      { timeoutMs: 5000 },
      { ...OPEN_GATE, pause: () => Promise.resolve() },
    );
    const parts = (await provider.fetchList?.({ ...ASKED, tickers: ['A'] })) ?? [];
    expect([outcomesOf(parts), count]).toEqual([{ A: [1, 2, 3] }, 2]);
  });
});

it('says a secret in no cause of an error, and in no stack', async () => {
  const key = 'open sesame';
  for (const thrown of [
    new Error(`no ${key}`),
    new BackfillError('bad-answer', 'refused', { cause: new Error(`no ${key}`) }),
  ]) {
    const steps = toySteps('http://127.0.0.1:1');
    const provider = openHttpProvider({ ...steps, request: () => Promise.reject(thrown) }, {}, ONE_TRY, {
      key,
    });
    const [part] = (await provider.fetchList?.({ ...ASKED, tickers: ['A'] })) ?? [];
    const error = part !== undefined && 'error' in part ? part.error : undefined;
    const everything = [errorData(error), (error as Error).stack, ((error as Error).cause as Error)?.stack];
    expect(JSON.stringify(everything)).toContain('no ***');
    expect(JSON.stringify(everything)).not.toContain(key);
  }
});

it('says no part of a secret in the middle of which a message was cut short', async () => {
  const key = 'open+sesame';
  for (const said of [`no ${key.slice(0, 7)}…`, `no ${encodeURIComponent(key).slice(0, 9)}…`]) {
    const steps = toySteps('http://127.0.0.1:1');
    const request = (): Promise<never> => Promise.reject(new BackfillError('bad-answer', said));
    const provider = openHttpProvider({ ...steps, request }, {}, ONE_TRY, { key });
    const [part] = (await provider.fetchList?.({ ...ASKED, tickers: ['A'] })) ?? [];
    expect(part).toMatchObject({ error: { message: 'no ***…' } });
  }
});
