import { Agent, type IncomingMessage, get } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { FAULT_GROUPS, FAULTS, type FaultName } from '../../../src/simulator/faults/faults.ts';
import { bodyOf } from '../chart.ts';
import { ask, chartOf, type Logged, NOW, type Seen, start, stopAll } from '../running.ts';

afterEach(stopAll);

async function hostile(fault: FaultName): Promise<Logged> {
  return start({ faults: { rates: { [fault]: 1 }, seed: 1 } });
}

/** One request for ALFA that is hit: what the client saw and what the log says. */
async function hit(
  fault: FaultName,
  patienceMs?: number,
): Promise<Seen & { log: Logged['entries'][number] }> {
  const simulator = await hostile(fault);
  const seen = await ask(simulator.url, chartOf('ALFA'), patienceMs);
  await expect.poll(() => simulator.entries).toHaveLength(1);
  const [log] = simulator.entries;
  if (log === undefined) throw new Error('no log entry');
  expect(log).toMatchObject({ outcome: fault, symbol: 'ALFA', at: NOW });
  return { ...seen, log };
}

async function goodAnswer(): Promise<Seen> {
  const { url } = await start();
  return ask(url, chartOf('ALFA'));
}

describe('faults that are other answers', () => {
  it.each([
    ['throttle', 429, 'text/plain', /^Too Many Requests$/],
    ['throttle-seconds', 429, 'text/plain', /^Too Many Requests$/],
    ['throttle-date', 429, 'text/plain', /^Too Many Requests$/],
    ['error-500', 500, 'text/plain', /^Internal Server Error$/],
    ['error-503', 503, 'text/plain', /^Service Unavailable$/],
    ['html-200', 200, 'text/html', /^<!DOCTYPE html>.*Will be right back/s],
    ['html-502', 502, 'text/html', /^<!DOCTYPE html>.*Bad Gateway/s],
    ['redirect', 302, 'text/plain', /^$/],
  ] as const)('%s: %d, %s', async (fault, status, type, body) => {
    const seen = await hit(fault);
    expect([seen.status, seen.headers['content-type'], seen.ended]).toEqual([status, type, 'fin']);
    expect(seen.body).toMatch(body);
    expect(seen.headers['content-length']).toBe(String(seen.body.length));
    expect(seen.log).toMatchObject({ status, rows: 0, clientGone: false });
  });

  it('say when to come back only where the name says so', async () => {
    expect((await hit('throttle')).headers).not.toHaveProperty('retry-after');
    expect((await hit('throttle-seconds')).headers['retry-after']).toBe('1');
    expect((await hit('throttle-date')).headers).toMatchObject({
      date: 'Fri, 20 Nov 2026 12:00:00 GMT',
      'retry-after': 'Fri, 20 Nov 2026 12:00:01 GMT',
    });
  });

  it('redirect to an address that nobody has', async () => {
    expect((await hit('redirect')).headers['location']).toBe('http://192.0.2.1/');
  });
});

describe('answers sent badly', () => {
  it('truncated: half of the body, with the length of that half', async () => {
    const good = await goodAnswer();
    const { ended, status, headers, body, log } = await hit('truncated');
    expect([ended, status]).toEqual(['fin', 200]);
    expect(body).toBe(good.body.slice(0, Math.floor(good.body.length / 2)));
    expect(headers['content-length']).toBe(String(body.length));
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
    expect(log).toMatchObject({ status: 200, rows: 0, clientGone: false });
  });

  it('truncated: the connection is kept, as after any answer', async () => {
    const { url } = await hostile('truncated');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports: (number | undefined)[] = [];
    for (let i = 0; i < 2; i++) {
      const request = get(`${url}${chartOf('ALFA')}`, { agent, headers: { 'user-agent': 'x' } });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      ports.push(response.socket.localPort);
      response.resume();
      await once(response, 'end');
      expect(response.complete).toBe(true);
    }
    agent.destroy();
    expect(ports[0]).toBe(ports[1]);
  });

  it('wrong-length: the connection closes in good order before the promised length', async () => {
    const good = await goodAnswer();
    const { ended, status, headers, body, log } = await hit('wrong-length');
    expect([ended, status]).toEqual(['fin', 200]);
    expect(headers['content-length']).toBe(good.headers['content-length']);
    expect(body).toBe(good.body.slice(0, Math.floor(good.body.length / 2)));
    expect(log).toMatchObject({ status: 200, rows: 0, clientGone: false });
  });

  it('wrong-length: an HTTP client knows that the answer is not whole', async () => {
    const { url } = await hostile('wrong-length');
    await expect(fetch(`${url}${chartOf('ALFA')}`).then(async (answer) => answer.text())).rejects.toThrow(
      'terminated',
    );
  });

  it('reset: half of the body, then RST', async () => {
    const { ended, status, headers, body, log } = await hit('reset');
    expect([ended, status]).toEqual(['reset', 200]);
    expect(body.length).toBe(Math.floor(Number(headers['content-length']) / 2));
    expect(log).toMatchObject({ status: 200, rows: 0, clientGone: false });
  });

  it('refused: the connection is reset before any byte', async () => {
    const { ended, status, pieces, log } = await hit('refused');
    expect([ended, status, pieces]).toEqual(['reset', null, 0]);
    expect(log).toMatchObject({ status: null, rows: 0, clientGone: false });
  });

  it('stall: headers or nothing, then silence until the client goes away', async () => {
    const simulator = await hostile('stall');
    const tickers = ['ALFA', 'BRVO.PA', 'KUMO.T', 'NAMI.T', 'QAAUSD=X', 'A', 'B', 'C'];
    const seen = await Promise.all(tickers.map(async (one) => ask(simulator.url, chartOf(one), 500)));
    for (const { ended, body } of seen) expect([ended, body]).toEqual(['patience', '']);
    const withHeaders = seen.filter(({ headers }) => Number(headers['content-length']) > 0);
    const silent = seen.filter(({ pieces }) => pieces === 0);
    expect(withHeaders.length).toBeGreaterThan(0);
    expect(silent.length).toBeGreaterThan(0);
    expect(withHeaders.length + silent.length).toBe(tickers.length);
    await expect.poll(() => simulator.entries).toHaveLength(tickers.length);
    for (const entry of simulator.entries)
      expect(entry).toMatchObject({ outcome: 'stall', clientGone: true });
    expect(simulator.entries.filter(({ status }) => status === null)).toHaveLength(silent.length);
  });

  it('drip: the whole answer for whoever waits a second and a half', async () => {
    const good = await goodAnswer();
    const { ended, body, ms, pieces, log } = await hit('drip');
    expect([ended, body]).toEqual(['fin', good.body]);
    expect(ms).toBeGreaterThan(1300);
    expect(pieces).toBeGreaterThan(20);
    expect(log).toMatchObject({ rows: 252, clientGone: false });
  });

  it('drip: stops when the client goes away', async () => {
    const { log, status } = await hit('drip', 600);
    expect(status).toBe(200);
    expect(log).toMatchObject({ rows: 252, clientGone: true });
  });

  it('huge: 200 MB that never become an answer', async () => {
    const simulator = await hostile('huge');
    const response = await fetch(`${simulator.url}${chartOf('ALFA')}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(null);
    const good = await goodAnswer();
    let bytes = 0;
    let beginning = '';
    for await (const piece of response.body ?? []) {
      if (bytes === 0) beginning = Buffer.from(piece).toString('latin1').slice(0, 1000);
      bytes += piece.length;
    }
    expect(bytes).toBe(200_000_000);
    expect(beginning).toBe(good.body.slice(0, 1000));
    await expect
      .poll(() => simulator.entries)
      .toMatchObject([{ outcome: 'huge', clientGone: false, rows: 0 }]);
  });

  it('huge: ends when the client goes away', async () => {
    const simulator = await hostile('huge');
    const stop = new AbortController();
    const response = await fetch(`${simulator.url}${chartOf('ALFA')}`, { signal: stop.signal });
    await response.body?.getReader().read();
    expect(simulator.entries).toEqual([]);
    stop.abort();
    await expect.poll(() => simulator.entries).toMatchObject([{ outcome: 'huge', clientGone: true }]);
  });
});

describe('answers with wrong content', () => {
  it.each(['wrong-ticker', 'duplicated', 'unordered', 'milliseconds'] as const)(
    '%s: comes whole, with the headers of a good answer',
    async (fault) => {
      const good = await goodAnswer();
      const { ended, status, headers, body, log } = await hit(fault);
      expect([ended, status]).toEqual(['fin', 200]);
      expect(headers).toEqual({ ...good.headers, 'content-length': String(body.length) });
      expect(body).not.toBe(good.body);
      expect(log.rows).toBe(bodyOf({ body }).chart.result?.[0]?.timestamp?.length);
    },
  );

  it.each(FAULT_GROUPS.garbage.filter((name) => name !== 'thin' && name !== 'stretch'))(
    '%s: comes whole, as the good answer that it is not',
    async (fault) => {
      const good = await goodAnswer();
      const { ended, status, headers, body, log } = await hit(fault);
      expect([ended, status]).toEqual(['fin', 200]);
      expect(headers).toEqual({ ...good.headers, 'content-length': String(body.length) });
      expect(body).not.toBe(good.body);
      expect(log.rows).toBe(bodyOf({ body }).chart.result?.[0]?.timestamp?.length ?? 0);
    },
  );

  it('each ask for the distortion of their name, and leave the answer where there is none', () => {
    const answer = { status: 200, headers: {}, body: '', rows: 1 };
    const names = [
      ...FAULT_GROUPS.garbage,
      'wrong-ticker',
      'duplicated',
      'unordered',
      'milliseconds',
    ] as const;
    const asked: string[] = [];
    for (const name of names) {
      const distorted = (how: string): null => {
        asked.push(how);
        return null;
      };
      expect(FAULTS[name]({ answer, now: NOW, random: () => 0, distorted })).toBe(null);
    }
    expect(asked).toEqual(names);
  });

  it('leave what they cannot distort as it is: daily rows cannot be thinned out', async () => {
    const simulator = await hostile('thin');
    const { body } = await ask(simulator.url, chartOf('ALFA'));
    expect(body).toBe((await goodAnswer()).body);
    await expect.poll(() => simulator.entries).toMatchObject([{ outcome: 'ok', rows: 252 }]);
  });

  it('leave an error as it is, and the log says so', async () => {
    const faults = { 'wrong-ticker': 0.25, duplicated: 0.25, unordered: 0.25, milliseconds: 0.25 };
    const simulator = await start({ faults: { rates: faults, seed: 1 } });
    for (let i = 0; i < 8; i++) {
      expect((await ask(simulator.url, chartOf('AAPL'))).body).toContain('No data found');
    }
    expect(simulator.entries.map(({ outcome, status }) => [outcome, status])).toEqual(
      Array.from({ length: 8 }, () => ['ok', 404]),
    );
  });
});

describe('every fault', () => {
  it('leaves the simulator fit to answer the next request', async () => {
    const simulator = await start({ faults: { rates: 'all=4%', seed: 1 } });
    const asked = Array.from({ length: 120 }, (_, i) => `T${i}`);
    await Promise.all(asked.map(async (ticker) => ask(simulator.url, chartOf(ticker), 1000)));
    await expect.poll(() => simulator.entries.length).toBe(asked.length);
    expect(simulator.requests()).toBe(asked.length);
    const outcomes = new Set<string>(simulator.entries.map(({ outcome }) => outcome));
    const distorting = new Set(['wrong-ticker', 'duplicated', 'unordered', 'milliseconds']);
    for (const fault of FAULT_GROUPS.all) if (!distorting.has(fault)) expect(outcomes).toContain(fault);
    const later: (number | null)[] = [];
    for (let i = 0; i < 20; i++) later.push((await ask(simulator.url, chartOf('ALFA'), 300)).status);
    expect(later).toContain(200);
    const spared = simulator.entries.filter(({ outcome, symbol }) => outcome === 'ok' && symbol === 'ALFA');
    expect(spared.length).toBeGreaterThan(0);
    for (const entry of spared) expect(entry).toMatchObject({ status: 200, rows: 252, clientGone: false });
  });
});
