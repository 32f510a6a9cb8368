import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseDay } from '../core/session/day.ts';
import { type ErrorCode, errorData } from '../core/errors.ts';
import { type Gate, OPEN_GATE } from '../providers/http/gate.ts';
import type { BarRequest, Provider } from '../providers/provider.ts';
import { type CheckOf, NOW, ONE_TRY, failsWith, requestsFor, tickerOf, weekOf } from './check.ts';
import { cutBodiesOf } from './cut-bodies.ts';
import type { ProviderSubject } from './subject.ts';

/** Time for an answer that is not to come, ms. */
const IMPATIENT_MS = 300;

type Reply = (response: ServerResponse) => void;

function page(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Reply {
  return (response) => void response.writeHead(status, headers).end(body);
}

const cutOff: Reply = (response) =>
  void response.writeHead(200, { 'content-length': '9' }).write('{"half', () => response.destroy());

/** What an answer is, whether it may be better later, and the server's words or silence. */
const SAID: readonly (readonly [ErrorCode, boolean, string, Reply])[] = [
  ['unauthorized', false, '401', page(401)],
  ['not-entitled', false, '402', page(402)],
  ['not-entitled', false, '403', page(403, '<html>no</html>')],
  ['not-entitled', false, '451', page(451)],
  ['throttled', true, '429', page(429, 'Too Many Requests')],
  ['throttled', true, '418', page(418)],
  ['throttled', true, '503 with Retry-After', page(503, '', { 'retry-after': '7' })],
  ['provider-fault', true, '500', page(500)],
  ['provider-fault', true, '502', page(502, '<html>Bad Gateway</html>')],
  ['provider-fault', true, '404 of something in between', page(404, '<html>nginx</html>')],
  ['provider-fault', true, 'a redirect', page(302, '', { location: 'http://192.0.2.1/' })],
  ['bad-answer', true, 'half of an answer', page(200, '{"half":')],
  ['bad-answer', true, 'an answer without anything', page(200, '{}')],
  [
    'bad-answer',
    true,
    'an answer of another kind',
    page(200, '{"asOf":1,"next":null,"series":[{}],"chart":{"result":[{}]}}'),
  ],
  ['network', true, 'a closed connection', (response) => void response.destroy()],
  ['network', true, 'a connection closed half way', cutOff],
  ['timeout', true, 'silence', () => undefined],
];

type Networked = ProviderSubject & Required<Pick<ProviderSubject, 'at'>>;

/** Opens a provider at a server that always replies the same, and uses it. */
type Beside = (
  reply: Reply,
  use: (provider: Provider) => Promise<void>,
  how?: { readonly gate?: Gate; readonly timeoutMs?: number; readonly login?: string },
) => Promise<void>;

/** How a provider that is asked over HTTP behaves whatever its server does. */
export function networkOf({ at, intervals, ...subject }: Networked): readonly CheckOf[] {
  const week = weekOf(subject);
  const beside: Beside = async (
    reply,
    use,
    { gate = ONE_TRY, timeoutMs = IMPATIENT_MS, login = '' } = {},
  ) => {
    const server = createServer((_, response) => reply(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await use(await at(`http://${login}127.0.0.1:${port}`, gate, timeoutMs));
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return [
    ...hearing(beside, week),
    { name: 'sends each request through the gate, and says how it went', run: throughTheGate(intervals) },
    ...stopping(beside, week),
    cutBodiesOf({ at, ...subject }),
  ];
}

function hearing(beside: Beside, week: BarRequest): readonly CheckOf[] {
  return [
    ...SAID.map(([code, retryable, what, reply]) => ({
      name: `hears ${code}, which ${retryable ? 'may pass' : 'stays'}, in ${what}`,
      run: () =>
        beside(reply, (provider) =>
          failsWith(provider.fetchBars(week), { name: 'BackfillError', code, retryable }),
        ),
    })),
    {
      name: 'takes a page in place of an answer for a fault that passes',
      run: () =>
        beside(page(200, '<html>Will be right back</html>'), (provider) =>
          failsWith(provider.fetchBars(week), { retryable: true }),
        ),
    },
    {
      name: 'says how long the server asks to wait',
      run: () =>
        beside(page(429, '', { 'retry-after': '7' }), (provider) =>
          failsWith(provider.fetchBars(week), { retryAfterMs: 7000 }),
        ),
    },
    {
      name: 'says nothing of a password in its address',
      run: async () => {
        const close: Reply = (response) => void response.destroy();
        for (const reply of [page(401), page(200, '{"half":'), close])
          await beside(reply, (provider) => withoutPassword(provider, week), { login: 'me:hunter2@' });
      },
    },
  ];
}

function stopping(beside: Beside, week: BarRequest): readonly CheckOf[] {
  return [
    {
      name: 'ends at once where the gate stops it before a request',
      run: () =>
        beside(page(500), (provider) => failsWith(provider.fetchBars(week), { message: 'shut' }), {
          gate: { ...ONE_TRY, enter: () => Promise.reject(new Error('shut')) },
          timeoutMs: 5000,
        }),
    },
    {
      name: 'ends at once where the gate stops it under way',
      run: () => {
        const ending = new AbortController();
        const gate = { ...ONE_TRY, signal: ending.signal };
        return beside(
          () => ending.abort(new Error('enough')),
          (provider) => failsWith(provider.fetchBars(week), { message: 'enough' }),
          { gate, timeoutMs: 60_000 },
        );
      },
    },
  ];
}

async function withoutPassword(provider: Provider, week: BarRequest): Promise<void> {
  const outcome: unknown = await provider.fetchBars(week).catch((error: unknown) => error);
  ok(outcome instanceof Error);
  strictEqual(JSON.stringify(errorData(outcome)).includes('hunter2'), false);
}

function throughTheGate(intervals: ProviderSubject['intervals']): CheckOf['run'] {
  return async ({ open, ...subject }) => {
    const notes: string[] = [];
    const gate: Gate = {
      ...OPEN_GATE,
      enter: async () => notes.push('enter'),
      departed: () => void notes.push('departed'),
      ended: () => void notes.push('ended'),
      answered: async () => void notes.push('answered'),
    };
    const { provider, requests = () => -1 } = await open(NOW, gate);
    const interval = intervals.includes('1h') ? '1h' : '1d';
    const asked = { from: parseDay('2026-11-09'), to: parseDay('2026-11-14') };
    await provider.fetchBars({ series: { ticker: tickerOf(subject), interval }, range: asked, now: NOW });
    const one = ['enter', 'departed', 'ended', 'answered'];
    deepStrictEqual(notes, Array.from({ length: requests() }, () => one).flat());
    const { capabilities } = provider;
    const { requestsForActions = 0 } = capabilities.intervals[interval] ?? {};
    strictEqual(
      requests(),
      requestsFor(capabilities, tickerOf(subject), interval, asked) + requestsForActions,
    );
  };
}
