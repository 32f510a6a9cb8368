import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { type BackfillError, errorData } from '../../../src/core/errors.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { ProviderSubject } from './subject.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const REQUEST = {
  series: { ticker: 'ALFA', interval: '1d' },
  range: { from: parseDay('2025-03-03'), to: parseDay('2025-03-08') },
  now: NOW,
} as const;

const ONE_TRY: Gate = { ...OPEN_GATE, failed: () => false, throttled: () => false };

type Reply = (response: ServerResponse) => void;

const page =
  (status: number, body = '', headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** How a provider that is asked over HTTP behaves whatever its server does. */
export function describeNetwork({ open, at }: ProviderSubject & Required<Pick<ProviderSubject, 'at'>>): void {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  const serving = async (reply: Reply): Promise<string> => {
    const server = createServer((_, response) => reply(response));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it.each<[string, boolean, Reply]>([
    ['unauthorized', false, page(401)],
    ['not-entitled', false, page(402)],
    ['not-entitled', false, page(403, '<html>no</html>')],
    ['not-entitled', false, page(451)],
    ['throttled', true, page(429, 'Too Many Requests')],
    ['throttled', true, page(418)],
    ['throttled', true, page(503, '', { 'retry-after': '7' })],
    ['provider-fault', true, page(500)],
    ['provider-fault', true, page(502, '<html>Bad Gateway</html>')],
    ['provider-fault', true, page(404, '<html>nginx</html>')],
    ['provider-fault', true, page(302, '', { location: 'http://192.0.2.1/' })],
    ['bad-answer', true, page(200, '{"half":')],
    ['bad-answer', true, page(200, '{}')],
    ['bad-answer', true, page(200, '{"asOf":1,"next":null,"series":[{}],"chart":{"result":[{}]}}')],
    ['network', true, (response) => void response.destroy()],
    [
      'network',
      true,
      (response) =>
        void response.writeHead(200, { 'content-length': '9' }).write('{"half', () => response.destroy()),
    ],
    ['timeout', true, () => undefined],
  ])('hears %s (retryable: %s), case %#', async (code, retryable, reply) => {
    const provider = await at(`http://${await serving(reply)}`, ONE_TRY, 300);
    await expect(provider.fetchBars(REQUEST)).rejects.toMatchObject({
      ...{ name: 'BackfillError', code, retryable },
    });
  });

  it('takes a page in place of an answer for a fault that passes', async () => {
    const provider = await at(
      `http://${await serving(page(200, '<html>Will be right back</html>'))}`,
      ONE_TRY,
      300,
    );
    await expect(provider.fetchBars(REQUEST)).rejects.toMatchObject({ retryable: true });
  });

  it('says how long the server asks to wait', async () => {
    const provider = await at(`http://${await serving(page(429, '', { 'retry-after': '7' }))}`, ONE_TRY, 300);
    await expect(provider.fetchBars(REQUEST)).rejects.toMatchObject({ retryAfterMs: 7000 });
  });

  it('says nothing of a password in its address', async () => {
    for (const reply of [
      page(401),
      page(200, '{"half":'),
      (response: ServerResponse) => void response.destroy(),
    ]) {
      const provider = await at(`http://me:hunter2@${await serving(reply)}`, ONE_TRY, 300);
      const error = await provider.fetchBars(REQUEST).catch((one: BackfillError) => one);
      expect(JSON.stringify(errorData(error))).not.toContain('hunter2');
    }
  });

  it('sends each request through the gate, and says how it went', async () => {
    const notes: string[] = [];
    const gate: Gate = {
      ...OPEN_GATE,
      enter: async () => notes.push('enter'),
      departed: () => void notes.push('departed'),
      ended: () => void notes.push('ended'),
      answered: () => void notes.push('answered'),
    };
    const { provider, requests = () => -1 } = await open(NOW, gate);
    await provider.fetchBars({
      ...REQUEST,
      series: { ticker: 'ALFA', interval: '1h' },
      range: { from: parseDay('2026-11-09'), to: parseDay('2026-11-14') },
    });
    const one = ['enter', 'departed', 'ended', 'answered'];
    expect(notes).toEqual(Array.from({ length: requests() }, () => one).flat());
    expect(requests()).toBe(provider.capabilities.intervals['1h']?.requestsPerSpan);
  });

  it('ends at once where the gate stops it, before a request and under way', async () => {
    const shut = await at(
      `http://${await serving(page(500))}`,
      { ...ONE_TRY, enter: () => Promise.reject(new Error('shut')) },
      5000,
    );
    await expect(shut.fetchBars(REQUEST)).rejects.toThrow('shut');
    const ending = new AbortController();
    const url = `http://${await serving(() => ending.abort(new Error('enough')))}`;
    const provider = await at(url, { ...ONE_TRY, signal: ending.signal }, 60_000);
    await expect(provider.fetchBars(REQUEST)).rejects.toThrow('enough');
  });
}
