import { parquetMetadata } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storedBarsOf } from '../../../../src/core/bars/bar-builder.ts';
import { slice } from '../../../../src/core/bars/columns.ts';
import { BAR_COLUMNS, encodeParts } from '../../../../src/store/parquet/codec/encode.ts';
import { barAt } from '../../fixtures.ts';

/** The footer that the library writes for what a file says in its own, with the length behind it. */
function byLibrary(file: Uint8Array): Uint8Array {
  const parsed = parquetMetadata(file.slice().buffer);
  const bounds = (value: unknown): bigint => BigInt(Number(value));
  const row_groups = parsed.row_groups.map((group) => ({
    ...group,
    columns: group.columns.map(({ meta_data: chunk, ...column }) => ({
      ...column,
      ...(chunk && {
        meta_data: {
          ...chunk,
          ...(chunk.statistics && {
            statistics: {
              min_value: bounds(chunk.statistics.min_value),
              max_value: bounds(chunk.statistics.max_value),
              null_count: chunk.statistics.null_count ?? 0n,
            },
          }),
        },
      }),
    })),
  }));
  const writer = new ByteWriter();
  const schema = [{ name: 'root', num_children: BAR_COLUMNS.length }, ...BAR_COLUMNS];
  writeMetadata(writer, { ...parsed, schema, row_groups });
  return writer.getBytes();
}

const VALUE = fc.oneof(fc.constant(1), fc.double({ noNaN: true, min: 0.01, max: 1e9 }));
const BARS = fc
  .array(
    fc.record({
      close: VALUE,
      volume: fc.oneof(fc.constant(Number.NaN), VALUE),
      vwap: fc.oneof(fc.constant(null), VALUE),
      source: fc.constantFrom('yahoo', 'my csv', 'Börse'),
    }),
    { maxLength: 300 },
  )
  .chain((bars) =>
    fc.tuple(fc.constant(bars), fc.integer({ min: -4_000, max: 20_000 }), fc.nat(bars.length)),
  );

it('a footer is byte by byte the one that the library writes, of whatever bars', () => {
  fc.assert(
    fc.property(BARS, fc.string({ unit: 'grapheme', maxLength: 3000 }), ([values, day, rows], said) => {
      const bars = storedBarsOf(values.map((value, i) => barAt((day + i) * 86_400_000, value)));
      const file = encodeParts(slice(bars, 0, rows), slice(bars, rows, bars.length), () => said);
      const footer = byLibrary(file);
      expect(file.subarray(file.length - footer.length - 4, file.length - 4)).toEqual(footer);
    }),
    { numRuns: 60 },
  );
});
