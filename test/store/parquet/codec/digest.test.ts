import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../../src/core/bars/bars.ts';
import { bytesAsFile } from '../../../../src/store/parquet/codec/bytes-at.ts';
import { decodeActions } from '../../../../src/store/parquet/codec/decode.ts';
import { digestOf as digestOfBars, digestOfActions } from '../../../../src/store/parquet/codec/digest.ts';
import type { CorporateAction } from '../../../../src/core/bars/bars.ts';
import { MS_PER_DAY } from '../../../../src/core/session/day.ts';
import type { ActionEntry } from '../../../../src/core/actions/action-book.ts';
import { encodeActions } from '../../../../src/store/parquet/codec/encode.ts';
import { daily, NOON } from '../../fixtures.ts';
import { fileOf, rowsInFile } from '../../rows.ts';

const digestOf = (rows: readonly Bar[]): string => digestOfBars(storedBarsOf(rows));

const BARS = [daily('2026-02-26'), daily('2026-02-27', { vwap: 100.5, trades: 7, source: 'other' })];
const SPLIT: ActionEntry = {
  action: { kind: 'split', exDay: 18_505, ratio: 4 },
  source: 'sample',
  fetchedAt: NOON,
};

/** Of rows with a known volume: all their numbers in one array. */
function digestInOnePiece(rows: readonly Bar[]): string {
  const names = [...new Set(rows.map(({ source }) => source))];
  const numbers = rows.flatMap(({ ts, open, high, low, close, volume, vwap, trades, fetchedAt, source }) => [
    ...[ts, open, high, low, close, volume, vwap ?? 0, trades ?? 0, fetchedAt],
    (vwap === null ? 1 : 0) + (trades === null ? 2 : 0),
    names.indexOf(source),
  ]);
  const text = names.map((name) => `${name.length}:${name}`).join('');
  return createHash('sha256').update(Float64Array.from(numbers)).update(text).digest('hex').slice(0, 32);
}

const price = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1));
const bar: fc.Arbitrary<Bar> = fc.record({
  ts: fc.integer({ min: 0, max: 2 ** 45 }),
  open: price,
  high: price,
  low: price,
  close: price,
  volume: fc.oneof(price, fc.constant(Number.NaN)),
  vwap: fc.option(fc.oneof(price, fc.constant(Number.NaN))),
  trades: fc.option(fc.nat(Number.MAX_SAFE_INTEGER)),
  source: fc.oneof(fc.constantFrom('yahoo', 'csv'), fc.string()),
  fetchedAt: fc.integer({ min: 0, max: 2 ** 45 }),
});
const ascending = fc
  .uniqueArray(bar, { selector: ({ ts }) => ts, maxLength: 20 })
  .map((bars) => bars.toSorted((a, b) => a.ts - b.ts));

describe('the digest of bars', () => {
  it('is the same in every version of the program, or files that were written would seem to have rotted', () => {
    expect(digestOf(BARS)).toBe('a3c09f75da94e68c9f35d46c39a6cfe7');
    expect(digestOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb924');
  });

  it('is of all rows of a long series, whatever was digested before', () => {
    const long = Array.from({ length: 2500 }, (_, i) =>
      daily('2026-02-26', {
        ts: i * MS_PER_DAY,
        close: 100 + i / 1000,
        vwap: 100,
        trades: i,
        source: `s${i % 3}`,
      }),
    );
    expect(digestOf(long)).toBe(digestInOnePiece(long));
    const plain = long.map((row) => ({ ...row, vwap: null, trades: null }));
    expect(digestOf(plain)).toBe(digestInOnePiece(plain));
    for (const row of [0, 1023, 1024, 2048, 2499])
      expect(digestOf(long.with(row, daily('2026-02-26', { ...long[row], close: 1 })))).not.toBe(
        digestOf(long),
      );
  });

  it('outlives a file, whatever the values', async () => {
    await fc.assert(
      fc.asyncProperty(ascending, async (bars) => {
        const back = await rowsInFile(fileOf(bars, '{}'));
        expect(digestOf(back)).toBe(digestOf(bars));
      }),
    );
  });

  it.each<[string, Partial<Bar>]>([
    ['ts', { ts: 1 }],
    ['open', { open: 100.000_000_000_000_01 }],
    ['high', { high: 103 }],
    ['low', { low: 98 }],
    ['close', { close: -101 }],
    ['volume', { volume: 1_000_001 }],
    ['volume, unknown', { volume: Number.NaN }],
    ['vwap, 0 in place of none', { vwap: 0 }],
    ['trades, 0 in place of none', { trades: 0 }],
    ['source', { source: 'simple' }],
    ['fetchedAt', { fetchedAt: NOON + 1 }],
  ])('is another one for another %s', (_, values) => {
    const [first, second] = BARS as [Bar, Bar];
    expect(digestOf([{ ...first, ...values }, second])).not.toBe(digestOf(BARS));
  });

  it('is another one where values change places, of columns or of rows', () => {
    const [first, second] = BARS as [Bar, Bar];
    const swapped = { ...second, vwap: second.trades, trades: second.vwap };
    expect(digestOf([first, swapped])).not.toBe(digestOf(BARS));
    const sources = [
      { ...first, source: second.source },
      { ...second, source: first.source },
    ];
    expect(digestOf(sources)).not.toBe(digestOf(BARS));
    expect(digestOf([second, first])).not.toBe(digestOf(BARS));
    expect(digestOf([first])).not.toBe(digestOf(BARS));
  });

  it('tells an unknown volume from none', () => {
    const of = (volume: number): string => digestOf([daily('2026-02-27', { volume })]);
    expect(of(Number.NaN)).not.toBe(of(0));
    expect(of(Number.NaN)).toBe(of(0 / 0));
  });

  it('is the same for both zeros, of which files of earlier versions have one', () => {
    expect(digestOf([daily('2026-02-27', { open: -0 })])).toBe(digestOf([daily('2026-02-27', { open: 0 })]));
  });

  it('is of the sources, not of how they are numbered', () => {
    const numbered = (codes: number[], names: string[]): string =>
      digestOfBars({ ...storedBarsOf(BARS), source: { codes: Uint16Array.from(codes), names } });
    expect(numbered([1, 0], ['other', 'sample'])).toBe(digestOf(BARS));
    expect(numbered([2, 0], ['other', 'unused', 'sample'])).toBe(digestOf(BARS));
    expect(numbered([0, 1], ['other', 'sample'])).not.toBe(digestOf(BARS));
  });

  it('does not take two lists of sources for one', () => {
    const of = (...sources: string[]): string =>
      digestOf(sources.map((source, i) => daily(`2026-02-0${i + 1}`, { source })));
    expect(of('a', 'bc')).not.toBe(of('ab', 'c'));
    expect(of('a', 'a', 'b')).not.toBe(of('a', 'b', 'b'));
  });
});

describe('the digest of corporate actions', () => {
  const dividend: ActionEntry = { ...SPLIT, action: { kind: 'dividend', exDay: 18_505, amount: 4 } };

  it('is the same in every version of the program', () => {
    expect(digestOfActions({ entries: [SPLIT, dividend], past: [] })).toBe(
      'ec90edf510a50169225a8589f9d116f7',
    );
  });

  it('outlives a file', async () => {
    const rows = [SPLIT, { ...dividend, action: { ...dividend.action, amount: 0.1 + 0.2 } } as ActionEntry];
    const back = await decodeActions(bytesAsFile(encodeActions(rows, '{}')));
    expect(digestOfActions({ entries: back, past: [] })).toBe(digestOfActions({ entries: rows, past: [] }));
  });

  it.each<[string, ActionEntry]>([
    ['kind', dividend],
    ['ex-date', { ...SPLIT, action: { kind: 'split', exDay: 18_506, ratio: 4 } }],
    ['value', { ...SPLIT, action: { kind: 'split', exDay: 18_505, ratio: 0.25 } }],
    ['source', { ...SPLIT, source: 'other' }],
    ['time', { ...SPLIT, fetchedAt: NOON + 1 }],
    ['currency', { ...dividend, action: { ...dividend.action, currency: 'USD' } as CorporateAction }],
  ])('is another one for another %s', (_, row) => {
    for (const other of [SPLIT, dividend].filter((one) => one !== row))
      expect(digestOfActions({ entries: [row], past: [] })).not.toBe(
        digestOfActions({ entries: [other], past: [] }),
      );
  });

  it('is another one for what is in force no more', () => {
    const past = { ...dividend, how: 'withdrawn', until: NOON, by: 'sample', settled: [] } as const;
    const digests = [[], [past], [{ ...past, settled: ['1d'] as const }], [{ ...past, until: NOON + 1 }]].map(
      (list) => digestOfActions({ entries: [SPLIT], past: list }),
    );
    expect(new Set(digests).size).toBe(4);
  });
});
