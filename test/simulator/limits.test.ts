import type { OwnWire } from '../../src/simulator/own-wire.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { RequestLogEntry } from '../../src/simulator/server.ts';
import { ask, chartOf, NOW, type Seen, start, stopAll } from './running.ts';

afterEach(stopAll);

const path = chartOf('ALFA');
const pause = async (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks from one client after another, as fast as it can, until that is enough. */
async function hammer(url: string, isEnough: () => boolean): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (; !isEnough(); await pause(3)) seen.push(await ask(url, path));
  return seen;
}

/** How many were admitted in the `perMs` that end with a request, it included, by the log. */
function admittedUpTo(
  { arrivedMs: end }: RequestLogEntry,
  entries: readonly RequestLogEntry[],
  perMs: number,
): number {
  const admitted = entries.filter(({ outcome }) => outcome !== 'limited');
  return admitted.filter(({ arrivedMs: at }) => at > end - perMs && at <= end).length;
}

describe('the simulator’s limits', () => {
  it('are used fully and never exceeded, whoever asks', async () => {
    const { url, entries } = await start({ limits: [{ requests: 4, perMs: 250 }] });
    const of = (wanted: RequestLogEntry['outcome']): RequestLogEntry[] =>
      entries.filter(({ outcome }) => outcome === wanted);
    const isEnough = (): boolean => of('ok').length >= 12 && of('limited').length >= 2;
    const seen = (await Promise.all([hammer(url, isEnough), hammer(url, isEnough)])).flat();
    const [limited, admitted] = [of('limited'), of('ok')];
    for (const entry of limited) expect(admittedUpTo(entry, entries, 250)).toBe(4);
    for (const entry of admitted) expect(admittedUpTo(entry, entries, 250)).toBeLessThanOrEqual(4);
    expect(seen.filter(({ status }) => status === 200)).toHaveLength(admitted.length);
    expect(seen.filter(({ status }) => status === 429)).toHaveLength(limited.length);
  });

  it('hold all at once', async () => {
    const { url, entries } = await start({ limits: '2/day,100/s' });
    await hammer(url, () => entries.length >= 6);
    expect(entries.filter(({ outcome }) => outcome === 'ok')).toHaveLength(2);
  });

  it('refuse in the words of a wire that has some, for as long as they are to say so', async () => {
    const body = '{"message":"slower"}';
    const waits: number[] = [];
    const wire: OwnWire = {
      askedSeries: () => ({ symbol: 'ALFA', interval: '1d' }),
      answer: () => ({ status: 200, headers: {}, body: '', rows: 0 }),
      tooFast: (waitMs) => {
        waits.push(waitMs);
        return { status: 429, headers: { 'content-type': 'application/json' }, body, rows: 0 };
      },
    };
    const { url } = await start({ wire, limits: '1/day' });
    expect((await ask(url, path)).status).toBe(200);
    expect(await ask(url, path)).toMatchObject({ status: 429, body });
    expect(waits.map((ms) => Math.ceil(ms / 3_600_000))).toEqual([24]);
    const inSeconds = await start({ wire, limits: '1/day', limitRetryAfter: 'seconds' });
    await ask(inSeconds.url, path);
    expect(await ask(inSeconds.url, path)).toMatchObject({ status: 429, body: 'Too Many Requests' });
  });

  it('refuse as text, without a word on when to come back', async () => {
    const { url, entries } = await start({ limits: '1/day' });
    expect((await ask(url, path)).status).toBe(200);
    const { status, headers, body, ended } = await ask(url, path);
    expect([status, headers['content-type'], body, ended]).toEqual([
      429,
      'text/plain',
      'Too Many Requests',
      'fin',
    ]);
    expect(headers).not.toHaveProperty('retry-after');
    expect(entries).toMatchObject([
      { outcome: 'ok', status: 200, symbol: 'ALFA' },
      { outcome: 'limited', status: 429, symbol: 'ALFA', rows: 0, clientGone: false },
    ]);
  });

  it('say when to come back, in seconds or as a date, and then admit', async () => {
    const [inSeconds, asDate, day] = await Promise.all([
      start({ limits: '1/s', limitRetryAfter: 'seconds' }),
      start({ limits: '1/10s', limitRetryAfter: 'date' }),
      start({ limits: '5/s,1/day', limitRetryAfter: 'seconds' }),
    ]);
    for (const { url } of [inSeconds, asDate, day]) expect((await ask(url, path)).status).toBe(200);
    expect((await ask(inSeconds.url, path)).headers['retry-after']).toBe('1');
    expect((await ask(day.url, path)).headers['retry-after']).toBe('86400');
    const until = Date.parse((await ask(asDate.url, path)).headers['retry-after'] ?? '');
    expect(until).toBe(NOW + 10_000);
    await pause(1000);
    expect((await ask(inSeconds.url, path)).status).toBe(200);
  });

  it('come before the faults, which hit admitted requests only', async () => {
    const { url, entries } = await start({ limits: '3/day', faults: { rates: { 'error-500': 1 }, seed: 1 } });
    const statuses: (number | null)[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await ask(url, path)).status);
    expect(statuses).toEqual([500, 500, 500, 429, 429]);
    expect(entries.map(({ outcome }) => outcome)).toEqual([
      'error-500',
      'error-500',
      'error-500',
      'limited',
      'limited',
    ]);
  });

  it('leave the faults of admitted requests as they are without limits', async () => {
    const faults = { rates: { 'error-500': 0.5 }, seed: 1 };
    const [free, limited] = await Promise.all([
      start({ faults }),
      start({ faults, limits: [{ requests: 1, perMs: 60 }] }),
    ]);
    const admitted = (): string[] =>
      limited.entries.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'limited');
    while (admitted().length < 8) {
      await ask(limited.url, path);
      await pause(15);
    }
    for (let i = 0; i < 8; i++) await ask(free.url, path);
    expect(limited.entries.length).toBeGreaterThan(8);
    expect(new Set(admitted())).toEqual(new Set(['ok', 'error-500']));
    expect(admitted()).toEqual(free.entries.map(({ outcome }) => outcome));
  });
});

describe('a simulator that is asked for what it does not have', () => {
  it.each([
    [
      { limits: '5/fortnight' },
      'limit 5/fortnight: "5/fortnight" is no rate; write it as 5/min, 100/10s, 30/h or 500/day',
    ],
    [{ limits: [{ requests: 0, perMs: 1000 }] }, 'limit 0 in 1000 ms: both must be above 0'],
    [{ limits: [{ requests: 1.5, perMs: 1000 }] }, 'limit 1.5 in 1000 ms'],
    [{ limits: [{ requests: 5, perMs: Number.NaN }] }, 'limit 5 in NaN ms'],
    [
      { faults: { rates: { reset: 2 }, seed: 1 } },
      'fault reset=2: must be a part of one, from 0 to 1: 0.05 is 5%',
    ],
    [
      { faults: { rates: 'boom=1%', seed: 1 } },
      'fault boom=1%: there is no such fault; there are all (throttle,',
    ],
  ])('refuses %j in one line', async (options, message) => {
    await expect(start(options)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });
});
