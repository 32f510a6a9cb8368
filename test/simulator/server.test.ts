import { afterEach, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import type { Market } from '../../src/market/market.ts';
import {
  type RequestLogEntry,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/server.ts';
import { bodyOf } from './chart.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const running: Simulator[] = [];

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    wire: 'yahoo',
    market: sampleMarket(),
    now: () => NOW,
    ...options,
  });
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

const WEEK = 'period1=1772409600&period2=1772841600&interval=1d';

describe('the simulator', () => {
  it('answers over HTTP on loopback with the headers of the wire', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(`${url}/v8/finance/chart/QAAUSD%3DX?${WEEK}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json;charset=utf-8');
    expect(response.headers.get('date')).toBe('Fri, 20 Nov 2026 12:00:00 GMT');
    const { chart } = bodyOf({ body: await response.text() });
    expect(chart.result?.[0]?.meta).toMatchObject({ symbol: 'QAAUSD=X', currency: 'USD' });
    expect(chart.result?.[0]?.timestamp).toHaveLength(5);
  });

  it('counts and logs every request, refused ones too', async () => {
    const entries: RequestLogEntry[] = [];
    let clock = NOW;
    const simulator = await start({ log: (entry) => entries.push(entry), now: () => clock++ });
    await fetch(`${simulator.url}/v8/finance/chart/ALFA?${WEEK}`);
    await fetch(`${simulator.url}/v8/finance/chart/AAPL?${WEEK}`);
    await fetch(`${simulator.url}/nothing`, { method: 'POST' });
    expect(simulator.requests()).toBe(3);
    const path = '/v8/finance/chart/ALFA';
    const usual = { outcome: 'ok', clientGone: false, arrivedMs: expect.any(Number), ms: 1 };
    expect(entries).toEqual([
      { at: NOW, method: 'GET', path, query: WEEK, symbol: 'ALFA', status: 200, rows: 5, ...usual },
      {
        at: NOW + 2,
        method: 'GET',
        path: '/v8/finance/chart/AAPL',
        query: WEEK,
        symbol: 'AAPL',
        status: 404,
        rows: 0,
        ...usual,
      },
      {
        at: NOW + 4,
        method: 'POST',
        path: '/nothing',
        query: '',
        symbol: null,
        status: 404,
        rows: 0,
        ...usual,
      },
    ]);
  });

  it('keeps the connection of a client that pauses, longer than it may be busy rendering', async () => {
    const { url } = await start();
    const { headers } = await fetch(`${url}/v8/finance/chart/ALFA?${WEEK}`);
    expect(headers.get('keep-alive')).toBe('timeout=60');
  });

  it('waits before it answers', async () => {
    const { url } = await start({ latencyMs: 40 });
    const started = performance.now();
    await fetch(`${url}/v8/finance/chart/ALFA?${WEEK}`);
    expect(performance.now() - started).toBeGreaterThanOrEqual(39);
  });

  it('tells the client of a fault of its own', async () => {
    const broken: Market = {
      ...sampleMarket(),
      listing: () => {
        throw new Error('line 3: "x" is not a number');
      },
    };
    const { url } = await start({ market: broken });
    const response = await fetch(`${url}/v8/finance/chart/ALFA?${WEEK}`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('simulator: line 3: "x" is not a number');
  });

  it('closes at once though an answer is due', async () => {
    const simulator = await start({ latencyMs: 60_000 });
    const pending = fetch(`${simulator.url}/v8/finance/chart/ALFA?${WEEK}`);
    const outcome = pending.catch(String);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await simulator.close();
    expect(await outcome).toContain('fetch failed');
    await expect(fetch(simulator.url)).rejects.toThrow('fetch failed');
  });

  it('logs the request that a client gave up on, and one that its own end broke off', async () => {
    const entries: RequestLogEntry[] = [];
    const simulator = await start({ latencyMs: 60_000, log: (entry) => entries.push(entry) });
    const ask = async (signal?: AbortSignal): Promise<unknown> =>
      fetch(`${simulator.url}/v8/finance/chart/ALFA?${WEEK}`, { signal: signal ?? null }).catch(String);
    const stop = new AbortController();
    const [first, second] = [ask(stop.signal), ask()];
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(entries).toEqual([]);
    stop.abort();
    await first;
    await expect.poll(() => entries).toMatchObject([{ symbol: 'ALFA', outcome: 'ok', clientGone: true }]);
    await simulator.close();
    await second;
    expect(entries).toMatchObject([{ clientGone: true }, { outcome: 'ok', clientGone: false }]);
    expect(simulator.requests()).toBe(2);
  });

  it('tells the times of a request to the microsecond where its clock does', async () => {
    const entries: RequestLogEntry[] = [];
    let clock = NOW + 0.1231;
    const simulator = await start({ log: (entry) => entries.push(entry), now: () => (clock += 0.25) });
    const response = await fetch(`${simulator.url}/v8/finance/chart/ALFA?${WEEK}`);
    await response.text();
    expect(entries).toMatchObject([{ at: NOW + 0.373, ms: 0.25, outcome: 'ok' }]);
    expect(response.headers.get('date')).toBe('Fri, 20 Nov 2026 12:00:00 GMT');
  });

  it('says which port it cannot have', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(start({ port })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
