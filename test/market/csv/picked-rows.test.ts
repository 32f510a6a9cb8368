import { describe, expect, it } from 'vitest';
import {
  haveOffsets,
  keepRows,
  pickRows,
  type StampedRows,
  StampedRowsBuilder,
  withCutEnd,
} from '../../../src/market/csv/stamped-rows.ts';

/** Four rows: only those at odd places have an offset, each says another interval, the third cannot be read. */
function rows(): StampedRows {
  const builder = new StampedRowsBuilder(4);
  for (let i = 0; i < 4; i++) {
    builder.push({ clock: 100 + i, offset: i % 2 === 1 ? i * 1000 : null }, i, i, i, i, 10 * i);
    if (i === 2) builder.note({ fault: 'line 3' });
  }
  return builder.rows(['1d', '5m', '1h', '5m']);
}

function shown({ bars, offsets, asides, stated }: StampedRows) {
  return {
    ts: [...bars.ts],
    offsets: offsets && [...offsets],
    asides: [...asides],
    stated: stated && Array.from(stated.codes, (code) => stated.names[code]),
  };
}

describe('rows of a file', () => {
  it('take with them what is said of each', () => {
    expect(shown(pickRows(rows(), Int32Array.from([3, 2, 0])))).toEqual({
      ts: [103, 102, 100],
      offsets: [3000, Number.NaN, Number.NaN],
      asides: [[1, { fault: 'line 3' }]],
      stated: ['5m', '1h', '1d'],
    });
    expect(shown(keepRows(rows(), (i) => i % 2 === 1))).toEqual({
      ts: [101, 103],
      offsets: [1000, 3000],
      asides: [],
      stated: ['5m', '5m'],
    });
    const all = rows();
    expect(keepRows(all, () => true)).toBe(all);
  });

  it('have offsets where every one has, or there is none', () => {
    expect(haveOffsets(rows())).toBe(false);
    expect(haveOffsets(keepRows(rows(), (i) => i % 2 === 1))).toBe(true);
    expect(haveOffsets(keepRows(rows(), () => false))).toBe(true);
    const bare = new StampedRowsBuilder(1);
    bare.push({ clock: 1, offset: null }, 1, 1, 1, 1, 1);
    expect(haveOffsets(bare.rows())).toBe(false);
  });

  it('keep what is said of the last one where it may be cut', () => {
    expect(shown(withCutEnd(rows())).asides).toEqual([
      [2, { fault: 'line 3' }],
      [3, { mayBeCut: true }],
    ]);
    const three = keepRows(rows(), (i) => i < 3);
    expect(shown(withCutEnd(three)).asides).toEqual([[2, { fault: 'line 3', mayBeCut: true }]]);
    const none = keepRows(rows(), () => false);
    expect(withCutEnd(none)).toBe(none);
  });
});
