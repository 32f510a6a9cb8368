import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTraffic, type SharedTraffic } from '../../../src/backfill/run/traffic.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { binanceCapabilities } from '../../../src/providers/binance/capabilities.ts';
import { monotonicNow } from '../../../src/providers/http/gate-state.ts';
import type { QuotaRecord } from '../../../src/providers/http/quota-record.ts';
import type { BarRequest } from '../../../src/providers/provider.ts';
import { NOW, type Reply, binance, closeAll } from './serving.ts';

/** The last second of a minute, by the server's clock. */
const LAST_SECOND = 'Fri, 20 Nov 2026 11:59:59 GMT';

let folder = '';
let traffic: SharedTraffic;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-usage-'));
  traffic = await openTraffic({
    quotas: binanceCapabilities.quotas,
    quotaFile: { path: join(folder, 'quota.json'), former: [] },
    clocks: { wall: () => Date.now(), gate: monotonicNow },
  });
});
afterEach(async () => {
  await closeAll();
  await traffic.close().catch(() => undefined);
  await rm(folder, { recursive: true });
});

const DAYS: BarRequest = {
  series: { ticker: 'PSDO-USDT', interval: '1d' },
  range: { from: parseDay('2026-11-02'), to: parseDay('2026-11-07') },
  now: NOW,
};

const record = async (): Promise<QuotaRecord> =>
  JSON.parse(await readFile(join(folder, 'quota.json'), 'utf8')) as QuotaRecord;

/** Asks twice of a server that tells so much weight as used, and gives how long the second was held up, ms. */
async function heldUp(headers: Readonly<Record<string, string>>): Promise<number> {
  const came: number[] = [];
  const reply = (sound: Reply): Partial<Reply> => {
    came.push(performance.now());
    return { headers: { ...sound.headers, date: LAST_SECOND, ...headers } };
  };
  const { provider } = await binance({ reply, gate: traffic.begin().gate });
  for (const _ of [1, 2]) expect((await provider.fetchBars(DAYS)).bars.length).toBe(5);
  return (came[1] ?? 0) - (came[0] ?? 0);
}

describe('the weight that Binance tells as used', () => {
  it('holds requests up until the minute is over, where others used most of it', async () => {
    // What is told as of the first answer is known a little after that was sent.
    expect(await heldUp({ 'x-mbx-used-weight-1m': '5980' })).toBeGreaterThan(950);
    expect((await record()).pausedUntil).toBeGreaterThan(0);
    expect(traffic.begin().now()).toMatchObject({ throttles: 0 });
  });

  it.each([[{ 'x-mbx-used-weight-1m': '5900' }], [{ 'x-mbx-used-weight': '5980' }], [{}]])(
    'holds nothing up where it is %o',
    async (headers) => {
      await heldUp(headers);
      expect((await record()).pausedUntil).toBe(0);
    },
  );

  it('counts against the limit that its list of pairs told, then and in runs to come', async () => {
    const reply = ({ body }: Reply): Partial<Reply> => ({
      body: Buffer.from(body.toString().replace('"limit":6000', '"limit":1200')),
    });
    const { provider } = await binance({ reply, gate: traffic.begin().gate });
    expect(await provider.listTickers()).toContain('PSDO-USDT');
    await traffic.close();
    expect(await record()).toMatchObject({ toldLimit: 1200 });
    traffic = await openTraffic({
      quotas: binanceCapabilities.quotas,
      quotaFile: { path: join(folder, 'quota.json'), former: [] },
      clocks: { wall: () => Date.now(), gate: monotonicNow },
    });
    expect(await heldUp({ 'x-mbx-used-weight-1m': '1190' })).toBeGreaterThan(950);
  });

  it.each([
    ['another kind', '"limit":6000', '"limit":6000'.replace('6000', '"x"')],
    ['none', '"rateLimits"', '"limits"'],
    ['a second', '"MINUTE"', '"SECOND"'],
  ])('counts against what is documented where the list tells %s', async (_, from, to) => {
    const reply = ({ body }: Reply): Partial<Reply> => ({
      body: Buffer.from(body.toString().replace(from, to).replace('6000', '1200')),
    });
    const { provider } = await binance({ reply, gate: traffic.begin().gate });
    await provider.listTickers();
    await heldUp({ 'x-mbx-used-weight-1m': '1190' });
    expect((await record()).pausedUntil).toBe(0);
  });
});
