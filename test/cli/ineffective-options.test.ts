import { describe, expect, it } from 'vitest';
import { connectionOf } from '../../src/cli/provider-options.ts';
import { meant, valuesOf } from './meant.ts';

describe('an option that the others leave without effect is refused', () => {
  it.each([
    ['--csv-zone UTC', '--csv-zone UTC has no effect with --provider yahoo; it belongs to --provider csv'],
    [
      '--basis raw --provider sample',
      '--basis raw has no effect with --provider sample; it belongs to --provider csv',
    ],
    ['--csv-stamps end', '--csv-stamps end has no effect with --provider yahoo'],
    ['--csv-as-of 2024-01-02', '--csv-as-of 2024-01-02 has no effect with --provider yahoo'],
    [
      '--csv-as-of 2024-01-02 --provider csv --basis raw',
      '--csv-as-of 2024-01-02 has no effect with --basis raw; it belongs to --basis split-adjusted',
    ],
    [
      '--csv-as-of 2024-01-02 --provider csv',
      '--csv-as-of 2024-01-02 has no effect without --basis split-adjusted',
    ],
    ['--seed 7', '--seed 7 has no effect with --provider yahoo; it belongs to --provider sample'],
    ['verify --seed 7', '--seed 7 has no effect with --provider yahoo; it belongs to --provider sample'],
    [
      '--provider-url csv=./my-csv',
      '--provider-url csv=./my-csv has no effect with --provider yahoo; it belongs to --provider csv',
    ],
    [
      '--provider sample --provider-url yahoo=http://127.0.0.1:1',
      '--provider-url yahoo=http://127.0.0.1:1 has no effect with --provider sample; it belongs to --provider yahoo',
    ],
    ['--provider sample --rate-limit 5/min', '--rate-limit 5/min has no effect with --provider sample'],
    [
      '--provider csv --provider-url csv=. --rate-limit 5/min',
      '--rate-limit 5/min has no effect with --provider csv; it belongs to --provider yahoo, --provider alphavantage, --provider alpaca, --provider binance, --provider polygon or --provider sample',
    ],
    [
      '--provider csv --timeout 5s',
      '--timeout 5s has no effect with --provider csv; it belongs to --provider yahoo',
    ],
    [
      'export --as-of 2024-01-02',
      '--as-of 2024-01-02 has no effect with --adjust none; it belongs to --adjust splits or --adjust all',
    ],
    [
      'query "SELECT 1" --adjust none --as-of 2024-01-02',
      '--as-of 2024-01-02 has no effect with --adjust none',
    ],
    ['query --write-sql v.sql --format csv', '--format csv has no effect without SQL'],
    ['--resume --reset', '--resume has no effect with --reset'],
    ['--no-gaps --resume', '--resume has no effect with --no-gaps'],
    ['simulate --fault-seed 2', '--fault-seed 2 has no effect without --fault'],
    ['simulate --limit-retry-after date', '--limit-retry-after date has no effect without --limit'],
    [
      'simulate --from ./prices --seed 2',
      '--seed 2 has no effect with --from ./prices; it belongs to --from sample',
    ],
    ['check-data --json --missing', '--missing has no effect with --json'],
  ])('backfill %s', (line, message) => {
    expect(() => meant(line)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) as string }),
    );
  });

  it('but not where it has one, nor where it only says again what another says', () => {
    for (const line of [
      '--provider csv --provider-url csv=x --basis split-adjusted --csv-as-of 2024-01-02 --csv-zone UTC',
      '--provider sample --seed 7',
      '--rate-limit 5/min --timeout 5s',
      '--provider ./a=b.mjs --provider-url ./a=b.mjs=http://h --rate-limit 5/min --timeout 5s',
      '--dry-run --strict --quiet --no-progress --no-gaps --reset --workers 2',
      'export --adjust splits --as-of 2024-01-02',
      'simulate --fault all=5% --fault-seed 2 --limit 5/min --limit-retry-after date',
      'query "SELECT 1" --as-of 2024-01-02 --format csv',
    ])
      expect(() => meant(line)).not.toThrow();
  });

  it('nor where it is a setting, which is meant for many commands', () => {
    const settings = {
      'csv-zone': 'UTC',
      basis: 'raw',
      seed: 7,
      'provider-url': ['csv=x', 'yahoo=http://h'],
    };
    expect(valuesOf('', settings)).toMatchObject({
      provider: 'yahoo',
      csvZone: 'UTC',
      providerUrl: [
        { id: 'csv', url: 'x' },
        { id: 'yahoo', url: 'http://h' },
      ],
    });
    expect(valuesOf('--csv-zone UTC', { provider: 'csv' })).toMatchObject({ provider: 'csv' });
  });

  it('and a setting tells a provider only what it takes', async () => {
    const settings = { tier: '75', seed: 7, basis: 'raw' };
    const told = async (line: string): Promise<unknown> =>
      [(await connectionOf(valuesOf(line, settings) as never)).provider].flat()[0]?.settings;
    expect(await told('')).toEqual({});
    expect(await told('--provider sample')).toEqual({ seed: 7 });
    expect(await told('--provider csv --provider-url csv=x')).toEqual({ basis: 'raw' });
    expect(await told('--provider alphavantage --provider-setting actions=none')).toEqual({
      ...{ actions: 'none', tier: '75' },
    });
  });
});
