import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { quotaKey } from '../../src/library/secrets.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { start, stopAll } from '../simulator/running.ts';
import { NOW } from './chain-store.ts';
import { tickersOf, walkingMarket } from './walking-market.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'one-quota-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const secrets = { key: 'api', accessKey: 'of files', secretKey: 'of files too' };

describe('a quota', () => {
  it('is counted by the key of an API, whatever keys of files are given besides', () => {
    const of = (settings: object): string =>
      quotaKey(secrets, capabilitiesOf({ id: 'polygon', settings: { tier: 'advanced', ...settings } }));
    for (const source of ['rest', 'flat', 'hybrid', 'trades']) expect(of({ source }), source).toBe('api');
  });

  it('is counted by all keys of an account', () => {
    expect(quotaKey({ keyId: 'mine', secretKey: 'mine too' }, capabilitiesOf({ id: 'alpaca' }))).toBe(
      'mine\nmine too',
    );
    expect(quotaKey({}, capabilitiesOf({ id: 'yahoo' }))).toBe('');
  });

  it('is one for requests to the API and for those that take files where they can', async () => {
    const [ticker = ''] = tickersOf(1);
    const { url, entries } = await start({
      wire: 'polygon',
      market: walkingMarket([ticker]),
      now: () => NOW,
    });
    const fill = async (source: string): Promise<void> => {
      const history = openHistory({
        ...{ store: join(folder, source), stateFolder: folder, workers: 1, clock: () => NOW },
        provider: { id: 'polygon', url, settings: { tier: 'advanced', source } },
        secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
        quotas: parseQuotas('90/366day'),
      });
      await history.backfill({ tickers: [ticker], start: '2026-11-02', end: '2026-11-06' });
      await history.close();
    };
    await fill('rest');
    await fill('hybrid');
    const files = (await readdir(join(folder, 'quota'))).filter((name) => name.endsWith('.json'));
    expect(files).toHaveLength(1);
    const { windows } = JSON.parse(await readFile(join(folder, 'quota', files[0] ?? ''), 'utf8')) as {
      windows: Record<string, { used: number }>;
    };
    expect(entries.length).toBeGreaterThan(4);
    for (const { used } of Object.values(windows)) expect(used).toBe(entries.length);
  });
});
