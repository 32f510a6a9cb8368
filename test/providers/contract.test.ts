import { describe, expect, it } from 'vitest';
import type { Secrets } from '../../src/providers/provider.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { providerChecks } from '../../src/testing/contract.ts';
import { type ProviderSubject, served } from '../../src/testing/subject.ts';
import { sampled } from '../needs.ts';
import { inFiles, inProcess } from './subjects.ts';

function describeProvider(provider: string, subject: ProviderSubject): void {
  describe(`provider contract: ${provider}`, () => {
    it.for(sampled(providerChecks(subject), 3, provider).map(({ name, run }) => [name, run] as const))(
      '%s',
      async ([, run], context) => {
        // What does not apply ends in `skip`.
        expect(await run(context)).toBeUndefined();
      },
    );
  });
}

const at =
  (id: string, keys: Secrets = {}): Parameters<typeof served>[0] =>
  (url, gate, timeoutMs, { secrets = keys, settings = {} } = {}) =>
    openProvider({ id, url, settings, ...(timeoutMs !== undefined && { timeoutMs }) }, gate, secrets);

// One line a provider; the precision is that of prices which a wire adjusts and rounds.
describeProvider('yahoo', served(at('yahoo'), 'yahoo', { precision: 2e-7, isApart: true }));
const premium = { key: 'TESTPREMIUM' };
describeProvider(
  'alphavantage',
  served(
    (url, gate, timeoutMs, { secrets = premium } = {}) =>
      openProvider(
        { id: 'alphavantage', url, settings: { tier: '75' }, ...(timeoutMs !== undefined && { timeoutMs }) },
        gate,
        secrets,
      ),
    'alphavantage',
    {
      ...{ intervals: ['1m', '5m', '15m', '1d'], precision: 0, isApart: true, secrets: premium },
      // Intraday bars, of which a free key gets none.
      forbidden: {
        series: { ticker: 'ALFA', interval: '5m' },
        range: { from: parseDay('2026-11-09'), to: parseDay('2026-11-14') },
        now: Date.parse('2026-11-20T12:00:00Z'),
        secrets: { key: 'TESTFREE' },
      },
    },
  ),
);
describeProvider('binance', served(at('binance'), 'binance', { precision: 0, ticker: 'PSDO-USDT' }));
describeProvider(
  'alpaca',
  served(at('alpaca', ALPACA_KEYS), 'alpaca', {
    ...{ precision: 0, isList: true, isApart: true, isUnknownEmpty: true, secrets: ALPACA_KEYS },
    // The last minutes, of which only a paid plan gets trades.
    forbidden: {
      series: { ticker: 'ALFA', interval: '1m' },
      range: { from: parseDay('2026-11-20'), to: parseDay('2026-11-21') },
      now: Date.parse('2026-11-20T17:00:00Z'),
      settings: { plan: 'algo-trader-plus' },
    },
  }),
);
const advanced = { key: POLYGON_KEYS.advanced };
const withFiles = { ...advanced, ...FLAT_KEYS.advanced };
const polygon =
  (source: string, ofAll: Secrets): Parameters<typeof served>[0] =>
  (url, gate, timeoutMs, { secrets = ofAll, settings = { tier: 'advanced' } } = {}) =>
    openProvider(
      {
        ...{ id: 'polygon', url, settings: { ...settings, source } },
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
      gate,
      secrets,
    );
const ofPolygon = { precision: 0, isMarket: true, namesHalted: false, isApart: true, isUnknownEmpty: true };
/** Indices, which are sold apart. */
const apart = {
  series: { ticker: '^GSPC', interval: '1d' },
  range: { from: parseDay('2026-11-09'), to: parseDay('2026-11-14') },
  now: Date.parse('2026-11-20T12:00:00Z'),
} as const;
describeProvider(
  'polygon',
  served(polygon('rest', advanced), 'polygon', {
    ...{ ...ofPolygon, secrets: advanced },
    forbidden: { ...apart, secrets: { key: POLYGON_KEYS.free }, settings: { tier: 'free' } },
  }),
);
describeProvider(
  'polygon, of its files',
  served(polygon('flat', withFiles), 'polygon', {
    ...{ ...ofPolygon, intervals: ['1m', '1d'], secrets: withFiles },
    // Its files, of which the smallest plan has none.
    forbidden: {
      ...apart,
      series: { ticker: 'ALFA', interval: '1d' },
      secrets: { ...advanced, ...FLAT_KEYS.free },
    },
  }),
);
describeProvider(
  'polygon, of both',
  served(polygon('hybrid', withFiles), 'polygon', {
    ...{ ...ofPolygon, secrets: withFiles },
    forbidden: { ...apart, secrets: { ...withFiles, key: POLYGON_KEYS.free } },
  }),
);
describeProvider(
  'sample at a URL',
  served(at('sample'), 'sample', { precision: 0, isList: true, isMarket: true, isApart: true }),
);
describeProvider('sample', inProcess);
describeProvider('csv', inFiles);
