import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseQuotas, usedOf } from '../../../src/core/plan/quota.ts';
import { unsealed } from '../../../src/core/seal.ts';
import { lookIntoQuota, openQuotaFile } from '../../../src/providers/http/quota-file.ts';
import { standingIn } from '../../../src/providers/http/quota-lease.ts';
import { type QuotaPlace, quotaPlaceOf } from '../../../src/providers/http/quota-owner.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-owner-'));
});
afterEach(() => rm(folder, { recursive: true }));

const place = (url?: string, key?: string, id = 'yahoo'): QuotaPlace =>
  quotaPlaceOf(folder, { id, ...(url !== undefined && { url }) }, key);
const fileOf = (...about: Parameters<typeof place>): string => basename(place(...about).path);

describe('the file of a quota', () => {
  it('is the key’s, whatever the URL', () => {
    const file = fileOf(undefined, 'secret');
    expect(fileOf('https://api.example.com', 'secret')).toBe(file);
    expect(fileOf('https://eu.example.com/v2/', 'secret')).toBe(file);
    expect(fileOf(undefined, 'another')).not.toBe(file);
    expect(fileOf(undefined, 'secret', 'other')).not.toBe(file);
    expect(fileOf()).not.toBe(file);
  });

  it('does not tell the key', () => {
    expect(place(undefined, 'secret').path).not.toContain('secret');
    expect(fileOf(undefined, 'secret')).toMatch(/^yahoo-[\da-f]{16}\.json$/);
  });

  it('without a key is the provider’s, which counts by where requests come from', () => {
    expect(fileOf()).toBe('yahoo-anonymous.json');
    expect(fileOf(undefined, '')).toBe('yahoo-anonymous.json');
    for (const url of [
      'https://query1.finance.yahoo.com',
      'https://query2.finance.yahoo.com/',
      'http://proxy.example.com:8080',
      'http://10.0.0.7',
      'http://localhost.example.com',
      'http://128.0.0.1',
    ])
      expect(fileOf(url), url).toBe('yahoo-anonymous.json');
  });

  it('of a server on this machine is its own, one for all names of that', () => {
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', 'localhost.', 'yahoo.localhost', '127.1.2.3'])
      expect(fileOf(`http://${host}:8080`), host).toBe('yahoo-anonymous-port-8080.json');
    for (const host of ['[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]', '2130706433'])
      expect(fileOf(`http://${host}:8080/deep/path/`), host).toBe('yahoo-anonymous-port-8080.json');
    expect(fileOf('http://127.0.0.1:8081')).toBe('yahoo-anonymous-port-8081.json');
    expect(fileOf('http://127.0.0.1')).toBe('yahoo-anonymous-port-80.json');
    expect(fileOf('https://127.0.0.1')).toBe('yahoo-anonymous-port-443.json');
    expect(fileOf('http://127.0.0.1:8080', 'secret')).toMatch(/^yahoo-[\da-f]{16}-port-8080\.json$/);
  });
});

describe('the file of an earlier version, which was named after the URL', () => {
  const DAY = '86400000ms';
  const former = (url: string): string =>
    join(
      folder,
      'quota',
      `yahoo-${createHash('sha256').update(`yahoo\n${url}`).digest('hex').slice(0, 16)}.json`,
    );
  const put = async (path: string, index: number, used: number, nextAt = 0): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ nextAt, pausedUntil: 0, windows: { [DAY]: { index, used } } }));
  };
  const usedIn = async (path: string): Promise<unknown> =>
    unsealed(JSON.parse(await readFile(path, 'utf8')))?.document;

  it('is taken over once, with what was used today', async () => {
    await put(former(''), 20_000, 300, 5);
    await put(former('https://query1.finance.yahoo.com'), 20_000, 40, 9);
    const here = place('https://query1.finance.yahoo.com');
    expect(lookIntoQuota(here, Date.now()).windows[DAY]).toEqual({ index: 20_000, used: 340 });
    for (let time = 0; time < 2; time++) {
      (await openQuotaFile(here, Date.now)).close();
      expect(await usedIn(here.path)).toEqual({
        ...{ nextAt: 9, pausedUntil: 0 },
        windows: { [DAY]: { index: 20_000, used: 340 } },
      });
      expect(lookIntoQuota(here, Date.now()).windows[DAY]?.used).toBe(340);
    }
    const left = await readdir(join(folder, 'quota'));
    expect(left.toSorted()).toEqual(['yahoo-anonymous.json', 'yahoo-anonymous.json.lock']);
  });

  it('adds to what is counted already, and yields to a later day', async () => {
    const here = place();
    await put(here.path, 20_000, 7);
    await put(former(''), 20_000, 5);
    (await openQuotaFile(here, Date.now)).close();
    expect(lookIntoQuota(here, Date.now()).windows[DAY]).toEqual({ index: 20_000, used: 12 });
    await put(former(''), 19_999, 500);
    (await openQuotaFile(here, Date.now)).close();
    expect(lookIntoQuota(here, Date.now()).windows[DAY]).toEqual({ index: 20_000, used: 12 });
    await put(former(''), 20_001, 3);
    (await openQuotaFile(here, Date.now)).close();
    expect(lookIntoQuota(here, Date.now()).windows[DAY]).toEqual({ index: 20_001, used: 3 });
  });

  it('of a simulator does not count against the provider, nor the other way round', async () => {
    await put(former(''), 20_000, 300);
    await put(former('http://127.0.0.1:8080'), 20_000, 40);
    const [simulator, provider] = [place('http://127.0.0.1:8080'), place()];
    (await openQuotaFile(simulator, Date.now)).close();
    (await openQuotaFile(provider, Date.now)).close();
    expect(lookIntoQuota(simulator, Date.now()).windows[DAY]?.used).toBe(40);
    expect(lookIntoQuota(provider, Date.now()).windows[DAY]?.used).toBe(300);
  });
});

describe('a record that another hand has spoilt', () => {
  const NONE = { nextAt: 0, pausedUntil: 0, windows: {} } as const;
  const NOW = Date.parse('2026-11-20T12:00:00Z');

  it('is of what was used nobody knows how much, whoever looks next, and one that is not there of nothing', async () => {
    const here = place();
    expect(lookIntoQuota(here, NOW)).toEqual(NONE);
    await mkdir(dirname(here.path), { recursive: true });
    await writeFile(here.path, '{');
    const file = await openQuotaFile(here, () => NOW);
    await file.change((record) => ({ record, result: undefined }));
    file.close();
    const record = lookIntoQuota(here, NOW + 3_600_000);
    expect(record).toEqual({ ...NONE, unknownAt: NOW });
    const [day] = parseQuotas('25/day');
    expect(day && [0, 11, 12].map((hours) => usedOf(record, day, NOW + hours * 3_600_000))).toEqual([
      25, 25, 0,
    ]);
  });

  it('has a paced quota wait until the lease that it may have told of is over', () => {
    const { nextAt } = standingIn({ ...NONE, unknownAt: NOW }, parseQuotas('5/min'), NOW);
    expect(nextAt - NOW).toBeGreaterThan(12_000);
    expect(nextAt - NOW).toBeLessThan(13_000);
  });

  it('is that where it is no file, and an error where the system does not let it be read', async () => {
    const here = place();
    await mkdir(here.path, { recursive: true });
    expect(lookIntoQuota(here, NOW).unknownAt).toBe(NOW);
    await writeFile(join(folder, 'file'), '');
    const beyond = { path: join(folder, 'file', 'record.json'), former: [] };
    expect(() => lookIntoQuota(beyond, NOW)).toThrow(
      /^the quota of the provider cannot be kept at .*ENOTDIR/,
    );
  });

  it.each(['', '{', 'null', '[]', '7', '{"nextAt":0}', '{"nextAt":0,"pausedUntil":0,"windows":null}'])(
    'is of what nobody knows: %s',
    async (text) => {
      const here = place();
      await mkdir(dirname(here.path), { recursive: true });
      await writeFile(here.path, text);
      expect(lookIntoQuota(here, NOW)).toEqual({ ...NONE, unknownAt: NOW });
    },
  );

  it('is that where a number is something else', async () => {
    const here = place();
    await mkdir(dirname(here.path), { recursive: true });
    const sound = { nextAt: 1, pausedUntil: 2, windows: { '86400000ms': { index: 3, used: 4 } } };
    await writeFile(here.path, JSON.stringify(sound));
    expect(lookIntoQuota(here, Date.now())).toEqual(sound);
    for (const spoilt of [
      { ...sound, nextAt: 'soon' },
      { ...sound, pausedUntil: null },
      { ...sound, windows: { '86400000ms': { index: 3 } } },
      { ...sound, windows: { '86400000ms': 4 } },
      { ...sound, windows: { '86400000ms': { index: 3, used: -4 } } },
      { ...sound, windows: { '86400000ms': { index: 3, used: 1e300 } } },
    ]) {
      await writeFile(here.path, JSON.stringify(spoilt));
      expect(lookIntoQuota(here, NOW)).toEqual({ ...NONE, unknownAt: NOW });
    }
  });
});
