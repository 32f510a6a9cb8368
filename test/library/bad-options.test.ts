import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-options-'));
});
afterAll(() => rm(root, { recursive: true }));

/** What a caller without types may give. */
const any = (value: unknown): never => value as never;

describe('options of a history that cannot be meant are refused with their values', () => {
  it.each([
    [undefined, 'the options undefined: must be an object such as { store:'],
    [null, 'the options null: must be an object such as'],
    ['data', 'the options "data": must be an object such as'],
    [
      { store: 'x', provider: 'yahoo' },
      `provider "yahoo": must be an object such as { id: 'yahoo' }, or 'none'`,
    ],
    [{ store: 'x', provider: {} }, `provider.id undefined: must be a provider's name`],
    [
      { store: 'x', provider: { id: 'yahoo', maxRetries: 1.5 } },
      'provider.maxRetries 1.5: must be a whole number, 0 or more',
    ],
    [{ stroe: 'x' }, 'openHistory has no option "stroe"; did you mean store?'],
    [{ store: 'x', rateLimit: '5/min' }, 'openHistory has no option "rateLimit"; there are store'],
    [
      { store: 'x', provider: { id: 'yahoo', ulr: 'http://h' } },
      'provider has no option "ulr"; did you mean url?',
    ],
    [
      { store: undefined },
      'store undefined: must be the path of a folder, or the URL of a bucket or a database',
    ],
    [{ store: '' }, '"" is not a store'],
    [{ store: 'x', workers: 0 }, 'workers 0: must be "auto" or a whole number above 0'],
    [{ store: 'x', workers: Number.NaN }, 'workers NaN'],
    [{ store: 'x', concurrency: -1 }, 'concurrency -1'],
    [{ store: 'x', inFlight: 0 }, 'inFlight 0'],
    [{ store: 'x', recycleAfter: 1.5 }, 'recycleAfter 1.5'],
    [{ store: 'x', requestDelayMs: -1 }, 'requestDelayMs -1'],
    [{ store: 'x', requestDelayMs: '1s' }, 'requestDelayMs "1s"'],
    [{ store: 'x', rateShare: 0 }, 'rateShare 0'],
    [{ store: 'x', rateShare: 1.1 }, 'rateShare 1.1'],
    [{ store: 'x', rateShare: '50%' }, 'rateShare "50%"'],
    [{ store: 'x', concurrency: 'many' }, 'concurrency "many"'],
    [{ store: 'x', clock: 5 }, 'openHistory: clock 5: must be a function'],
    [{ store: 'x', secrets: 5 }, 'openHistory: secrets 5: must be an object of texts'],
    [{ store: 'x', secrets: { key: 5 } }, 'openHistory: secrets {"key":5}: must be an object of texts'],
    [{ store: 'x', stateFolder: 5 }, 'openHistory: stateFolder 5: must be the path of a folder'],
    [{ store: 'x', stateFolder: '' }, 'openHistory: stateFolder "": must be the path of a folder'],
    [{ store: 'x', listUrls: 5 }, 'openHistory: listUrls 5: must be an object of texts'],
    [{ store: 'x', quotaUrl: 5 }, 'openHistory: quotaUrl 5: must be a text'],
    [{ store: 'x', provider: { id: 'csv', url: 5 } }, 'provider: url 5: must be a text'],
    [{ store: 'x', provider: { id: 'yahoo', timeoutMs: '1s' } }, 'provider: timeoutMs "1s": must be a time'],
    [
      { store: 'x', quotas: '2/day' },
      `quotas "2/day": must be a list of quotas as parseQuotas('5/min,500/day') gives it`,
    ],
    [{ store: 'x', quotas: ['2/day'] }, 'quotas ["2/day"]: must be a list of quotas'],
    [{ store: 'x', quotas: [undefined] }, 'quotas [null]: must be a list of quotas'],
    [{ store: 'x', quotas: { requests: 2, perMs: 1000 } }, 'quotas an object: must be a list'],
    [{ store: 'x', quotas: null }, 'quotas null: must be a list'],
    [{ store: 'x', quotas: [{ requests: 2 }] }, 'quotas: requests 2, perMs undefined: must be whole'],
    [{ store: 'x', quotas: [{ requests: Number.NaN, perMs: 1 }] }, 'quotas: requests NaN, perMs 1: must be'],
    [{ store: 'x', quotas: [{ requests: 2, perMs: Number.POSITIVE_INFINITY }] }, 'perMs Infinity: must be'],
    [{ store: 'x', quotas: [{ requests: -2, perMs: 1000 }] }, 'quotas: requests -2, perMs 1000: must be'],
    [{ store: 'x', quotas: [{ requests: 0.5, perMs: 1000 }] }, 'quotas: requests 0.5, perMs 1000: must be'],
    [{ store: 'x', quotas: [{ requests: '2', perMs: 1000 }] }, 'quotas: requests "2", perMs 1000: must be'],
    [
      { store: 'x', quotas: [{ requests: 2, perMs: 1e12 }] },
      'perMs 1000000000000: must be whole numbers above',
    ],
    [
      { store: 'x', provider: { id: 'csv', url: '.', settings: { bassi: 'raw' } } },
      'provider csv has no setting "bassi"; it has basis, zone, stamps, dates, decimal, asOf; did you mean basis?',
    ],
    [
      { store: 'x', provider: { id: 'csv', url: '.', settings: { basis: 'adjusted' } } },
      'provider csv: setting basis is "adjusted"; it must be one of raw, split-adjusted',
    ],
    [
      { store: 'x', provider: { id: 'sample', settings: { seed: '2' } } },
      'provider sample: setting seed is "2"; it must be a whole number',
    ],
    [
      { store: 'x', provider: { id: 'yahoo', settings: { seed: 2 } } },
      'provider yahoo has no setting "seed"',
    ],
  ])('openHistory(%o)', (options, message) => {
    expect(() => openHistory(any(options))).toThrow(message);
  });
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, '2026-01-02', undefined, 9e15])(
  'no clock gives %s',
  async (now) => {
    const other = openHistory({
      store: root,
      provider: { id: 'sample' },
      stateFolder: root,
      clock: any(() => now),
    });
    const message = `clock: gives ${typeof now === 'string' ? JSON.stringify(now) : String(now)}: must give ms since the epoch`;
    const ensured = other.ensureRange({ ticker: 'ALFA', interval: '1d' }, { days: 5 });
    await expect(ensured).rejects.toMatchObject({ code: 'usage', message });
    await expect(other.coverage()).rejects.toMatchObject({ code: 'usage', message });
    await other.close();
  },
);
