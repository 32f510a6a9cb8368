import { describe, expect, it } from 'vitest';
import { exportFormat } from '../../src/cli/export-format.ts';

describe('the format of an export', () => {
  it.each([
    ['prices.parquet', undefined, 'parquet'],
    ['prices.csv', undefined, 'csv'],
    ['prices.ndjson', undefined, 'ndjson'],
    ['prices.jsonl', undefined, 'ndjson'],
    ['PRICES.PARQUET', undefined, 'parquet'],
    ['some.dir/prices.v2.parquet', undefined, 'parquet'],
    ['prices.parquet', 'parquet', 'parquet'],
    ['prices.jsonl', 'ndjson', 'ndjson'],
    ['prices', 'parquet', 'parquet'],
    ['prices.txt', 'csv', 'csv'],
    ['prices.json', 'ndjson', 'ndjson'],
    ['/dev/null', 'csv', 'csv'],
    ['-', undefined, 'csv'],
    ['-', 'ndjson', 'ndjson'],
  ] as const)('of %s, asked for as %s, is %s', (out, asked, format) => {
    expect(exportFormat(out, asked)).toBe(format);
  });

  it.each([
    ['x.parquet', 'csv', '--out x.parquet and --format csv contradict each other; give one'],
    ['x.csv', 'parquet', '--out x.csv and --format parquet contradict each other; give one'],
    ['x.jsonl', 'csv', '--out x.jsonl and --format csv contradict each other; give one'],
    ['-', 'parquet', '--format parquet needs --out FILE: it is no text for stdout'],
    ['x.csv.gz', undefined, '--out x.csv.gz: exports are not compressed; write to stdout and pipe it'],
    ['x.csv.gz', 'csv', '--out x.csv.gz: exports are not compressed; write to stdout and pipe it'],
    ['x.parquet.gz', undefined, '--out x.parquet.gz: exports are not compressed'],
    ['x.zip', undefined, '--out x.zip: exports are not compressed; Parquet (.parquet) is, by itself'],
    ['x.txt', undefined, '--out x.txt: its name says no format; give --format (csv, ndjson, parquet)'],
    ['x', undefined, '--out x: its name says no format'],
    ['x.', undefined, '--out x.: its name says no format'],
    ['.parquet', undefined, '--out .parquet: its name says no format'],
    ['x.json', undefined, '--out x.json: its name says no format'],
    ['x.feather', undefined, '--out x.feather: its name says no format'],
    ['dir.parquet/x', undefined, '--out dir.parquet/x: its name says no format'],
  ] as const)('of %s, asked for as %s, is refused', (out, asked, message) => {
    expect(() => exportFormat(out, asked)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) as string }),
    );
  });
});
