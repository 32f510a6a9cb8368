import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type CompressionCodec, type Encoding, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { storedBarsOf, storedRowsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { packDelta, unpackDelta } from '../../../src/store/parquet/codec/delta.ts';
import { dictionaryOf } from '../../../src/store/parquet/codec/dictionary.ts';
import { packHybrid, unpackHybrid } from '../../../src/store/parquet/codec/hybrid.ts';
import { decodeBars, decodeDigest, decodeTimes } from '../../../src/store/parquet/codec/decode-bars.ts';
import { bytesAsFile } from '../../../src/store/parquet/codec/bytes-at.ts';
import { BAR_COLUMNS, encodeBars } from '../../../src/store/parquet/codec/encode.ts';
import { NOON } from '../fixtures.ts';
import { fileOf, rowsInFile } from '../rows.ts';

const MINUTE = 60_000;

/** Rows a minute apart, of which some repeat prices and some do not. */
function minutes(count: number, change: (i: number) => Partial<Bar> = () => ({})): Bar[] {
  return Array.from({ length: count }, (_, i) => {
    const close = 100 + (i % 7) / 8;
    const prices = { open: close, high: close + 1, low: close - Math.sqrt(i), close };
    const known = { volume: i, vwap: close, trades: i };
    return { ts: i * MINUTE, ...prices, ...known, source: 'sample', fetchedAt: NOON, ...change(i) };
  });
}

/** Parquet's own objects of a file, as another reader has them. */
async function readByAnother(file: Uint8Array): Promise<Bar[]> {
  const parsers = { timestampFromMilliseconds: (value: bigint) => Number(value) };
  const rows = await parquetReadObjects({ file: bytesAsFile(file), parsers });
  return rows
    .map((row) => ({
      ...(row as unknown as Bar),
      volume: (row['volume'] ?? Number.NaN) as number,
      trades: row['trades'] === null ? null : Number(row['trades']),
      fetchedAt: row['fetched_at'] as number,
    }))
    .map(({ ts, open, high, low, close, volume, vwap, trades, source, fetchedAt }) => ({
      ...{ ts, open, high, low, close, volume, vwap, trades, source, fetchedAt },
    }));
}

/** A file as another writer makes it: compressed, in small row groups, in its encodings. */
function writeByAnother(
  rows: readonly Bar[],
  encoding: Encoding | undefined,
  { schema = BAR_COLUMNS, codec = 'SNAPPY' }: { schema?: typeof BAR_COLUMNS; codec?: CompressionCodec } = {},
): Uint8Array {
  const column = (name: keyof Bar) => ({
    name,
    data: rows.map((bar) => bar[name]),
    ...(encoding && { encoding }),
  });
  const whole = (name: string, of: keyof Bar) => ({
    name,
    data: rows.map((bar) => (bar[of] === null ? null : BigInt(bar[of] as number))),
    encoding: 'DELTA_BINARY_PACKED' as const,
  });
  const bytes = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: schema.length }, ...schema],
    codec,
    columnData: [
      whole('ts', 'ts'),
      ...(['open', 'high', 'low', 'close'] as const).map(column),
      { name: 'volume', data: rows.map(({ volume }) => (Number.isNaN(volume) ? null : volume)) },
      { name: 'vwap', data: rows.map(({ vwap }) => vwap) },
      whole('trades', 'trades'),
      { name: 'source', data: rows.map(({ source }) => source) },
      whole('fetched_at', 'fetchedAt'),
    ],
    rowGroupSize: 700,
  });
  return new Uint8Array(bytes);
}

const odd = (i: number): Partial<Bar> => ({
  volume: i % 3 === 0 ? Number.NaN : i / 4,
  vwap: i % 5 === 0 ? null : 1 / i,
  trades: i % 2 === 0 ? null : 2 ** 40 + i,
  source: ['yahoo', 'csv', 'sample'][i % 3] ?? '',
  fetchedAt: NOON - (i % 11) * 1000,
});

const CASES: readonly (readonly [string, readonly Bar[]])[] = [
  ['no row', []],
  ['one row', minutes(1)],
  ['rows of one source', minutes(1260)],
  ['rows with all that may be', minutes(1999, odd)],
  ['rows without a volume', minutes(300, () => ({ volume: Number.NaN, vwap: null, trades: null }))],
  ['the same prices throughout', minutes(500, () => ({ open: 1, high: 1, low: 1, close: 1 }))],
  ['prices of both zeros', minutes(64, (i) => ({ open: i % 2 === 0 ? 0 : -0 }))],
  ['stamps before 1970 and gaps of years', minutes(200, (i) => ({ ts: (i - 100) ** 3 * MINUTE * 1000 }))],
  ['numbers as large as there are', minutes(300, (i) => ({ trades: Number.MAX_SAFE_INTEGER * (i % 2) }))],
  ['more rows than a row group has', minutes(131_072 + 700, odd)],
];

describe('a file of bars', () => {
  it.each(CASES)('of %s comes back as it was, also to another reader', async (_, rows) => {
    const file = fileOf(rows, '{}');
    const back = await rowsInFile(file);
    expect(back.length).toBe(rows.length);
    const other = await readByAnother(file);
    const isOther = (row: Bar, i: number): boolean =>
      !isDeepStrictEqual(back[i], row) || !isDeepStrictEqual(other[i], row);
    // Only the first is told: a hundred thousand would not be readable.
    const at = rows.findIndex(isOther);
    if (at !== -1) expect([back[at], other[at]]).toEqual([rows[at], rows[at]]);
    expect(at).toBe(-1);
  });

  it.each([undefined, 'PLAIN', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'] as const)(
    'of another writer is read, its numbers %s',
    async (encoding) => {
      const rows = minutes(1999, odd);
      expect(await rowsInFile(writeByAnother(rows, encoding))).toEqual(rows);
    },
  );

  it('of another writer is read in its unit of time, also where its pages are as ours', async () => {
    const rows = minutes(40);
    const micros = BAR_COLUMNS.map((element) =>
      element.logical_type?.type === 'TIMESTAMP'
        ? { ...element, logical_type: { ...element.logical_type, unit: 'MICROS' as const } }
        : element,
    );
    const later = rows.map((row) => ({ ...row, ts: row.ts * 1000, fetchedAt: row.fetchedAt * 1000 }));
    expect(
      await rowsInFile(writeByAnother(later, 'PLAIN', { schema: micros, codec: 'UNCOMPRESSED' })),
    ).toEqual(rows);
  });

  it('has the extent of its rows in its footer, and their stamps alone', async () => {
    const file = fileOf(minutes(1000), '{}');
    const [group] = parquetMetadata(file.slice().buffer).row_groups;
    const statistics = group?.columns.map(({ meta_data }) => meta_data?.statistics);
    expect(statistics?.map((one) => one !== undefined)).toEqual(BAR_COLUMNS.map(({ name }) => name === 'ts'));
    expect([...(await decodeTimes(bytesAsFile(file)))]).toEqual(minutes(1000).map(({ ts }) => ts));
  });

  it('is small where prices repeat', () => {
    const cents = minutes(10_000, (i) => ({ low: (i % 400) / 100, vwap: null, trades: null }));
    expect(fileOf(cents, '{}').length).toBeLessThan(10_000 * 16);
  });

  it('that rotted in any byte is damaged or says something else, and never anything worse', async () => {
    const file = fileOf(minutes(150, odd), '{}');
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const rotten = file.slice();
        rotten[at] = (rotten[at] ?? 0) ^ change;
        try {
          await decodeDigest(bytesAsFile(rotten));
        } catch (error) {
          expect(error).toMatchObject({ code: 'store-corrupt' });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('whose rows name a source that is not in its dictionary is damaged', async () => {
    const bars = storedBarsOf(minutes(3));
    const source = { codes: Uint16Array.of(0, 3, 1), names: ['a', 'b', 'c'] };
    const file = encodeBars({ ...bars, source }, '{}');
    await expect(decodeBars(bytesAsFile(file))).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('with a price of %s is damaged', async (close) => {
    const rows = minutes(20, (i) => (i === 7 ? { close } : {}));
    for (const file of [fileOf(rows, '{}'), writeByAnother(rows, 'PLAIN')])
      await expect(decodeBars(bytesAsFile(file))).rejects.toMatchObject({
        code: 'store-corrupt',
        message: `its column close holds ${close}`,
      });
  });

  it('shares no memory with what was decoded', async () => {
    const file = fileOf(minutes(10), '{}');
    const bars = await decodeBars(bytesAsFile(file));
    file.fill(0);
    expect(storedRowsOf(bars)).toEqual(minutes(10));
  });

  it('of a part of some columns has that part alone', async () => {
    const bars = storedBarsOf(minutes(100));
    const part = { ...bars, length: 20 };
    for (const [name, column] of Object.entries(bars))
      if (column instanceof Float64Array) Object.assign(part, { [name]: column.subarray(30, 50) });
    const codes = bars.source.codes.subarray(30, 50);
    const file = encodeBars({ ...part, source: { ...bars.source, codes } }, '{}');
    expect(await rowsInFile(file)).toEqual(minutes(100).slice(30, 50));
  });
});

describe('whole numbers packed as differences', () => {
  const roundTrip = (numbers: readonly number[]): number[] => {
    const packed = packDelta(Float64Array.from(numbers)) ?? new Uint8Array(0);
    const back = new Float64Array(numbers.length);
    expect(unpackDelta(packed, back)).toBe(true);
    return [...back];
  };

  it('come back, whatever their number and size', () => {
    const any = fc.array(fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 43), max: 2 ** 43 })), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(any, (numbers) => {
        expect(roundTrip(numbers)).toEqual(numbers);
      }),
    );
  });

  it.each([[[0.5]], [[1, 1.5]], [[2 ** 52, 0]], [[0, 2 ** 52]], [[0, 2 ** 46, 0]], [[Number.NaN]]])(
    'are left to another encoding where they are %s',
    (numbers) => expect(packDelta(Float64Array.from(numbers))).toBeUndefined(),
  );

  it.each([
    ['of another number', (page: Uint8Array) => page, 2],
    ['that end early', (page: Uint8Array) => page.subarray(0, -1), 3],
    ['without blocks', (page: Uint8Array) => page.with(0, 0).with(1, 0), 3],
  ])('%s are refused', (_, change, count) => {
    const page = packDelta(Float64Array.of(1, 1000, 3)) ?? new Uint8Array(0);
    expect(() => unpackDelta(change(page), new Float64Array(count))).toThrow(RangeError);
  });
});

describe('small numbers packed', () => {
  it('come back, whatever their number and size', () => {
    const any = fc
      .integer({ min: 1, max: 24 })
      .chain((width) => fc.tuple(fc.constant(width), fc.array(fc.nat(2 ** width - 1), { maxLength: 300 })));
    fc.assert(
      fc.property(any, ([width, numbers]) => {
        const packed = packHybrid(Uint32Array.from(numbers), width);
        expect([...unpackHybrid(packed, width, numbers.length)]).toEqual(numbers);
      }),
    );
  });

  it.each([
    ['end early', [3, 1], 2, 16],
    ['have an empty run', [0, 0], 1, 8],
    ['are wider than an index', [2, 1, 1, 1, 1], 32, 1],
  ])('are refused where they %s', (_, bytes, width, count) => {
    expect(() => unpackHybrid(Uint8Array.from(bytes), width, count)).toThrow(RangeError);
  });
});

describe('a dictionary', () => {
  it('is made where it saves much, and gives back every value', () => {
    const numbers = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, 2, 3)), { maxLength: 200 });
    fc.assert(
      fc.property(numbers, (column) => {
        const dictionary = dictionaryOf(Float64Array.from(column));
        if (dictionary === undefined) return;
        const { values, places, width } = dictionary;
        expect(Array.from(places, (place) => values[place])).toEqual(column);
        expect(Math.max(0, ...places)).toBeLessThan(2 ** width);
      }),
    );
    expect(dictionaryOf(new Float64Array(100).map((_, i) => i % 3))?.values).toHaveLength(3);
    expect(dictionaryOf(new Float64Array(100).map((_, i) => i))).toBeUndefined();
  });

  it.each([100, 4096, 4097, 10_000])('of %i rows knows nothing of those that were made before', (rows) => {
    for (const shift of [0, 5, 10]) {
      const column = new Float64Array(rows).map((_, i) => shift + (i % 7));
      const { values, places } = dictionaryOf(column) ?? { values: column, places: [] };
      expect([...values]).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => shift + n));
      expect(Float64Array.from(places, (place) => values[place] ?? Number.NaN)).toEqual(column);
    }
  });
});
