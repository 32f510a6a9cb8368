import { describe, expect, it } from 'vitest';
import { fileRows, pageRows } from '../../../src/providers/binance/parse.ts';

const OPEN = Date.parse('2025-06-07T10:00:00Z');
const HOUR = 3_600_000;
const ASKED = { interval: '1h', from: OPEN, to: OPEN + HOUR, asOf: OPEN + 2 * HOUR } as const;
const refuse = (what: string): never => {
  throw new Error(what);
};
const row = (...closeTime: readonly unknown[]): unknown[] => [OPEN, '1', '2', '1', '2', '5', ...closeTime];
const read = (...closeTime: readonly unknown[]) => pageRows([row(...closeTime)], ASKED, refuse);

describe('the close time of a kline', () => {
  it('is the last moment of its interval, in ms or µs, or is not told', () => {
    expect(read(OPEN + HOUR - 1).bars).toHaveLength(1);
    expect(read().bars).toHaveLength(1);
    const csv = `${OPEN}000,1,2,1,2,5,${OPEN + HOUR - 1}999`;
    expect(fileRows(csv, ASKED, refuse).bars).toHaveLength(1);
  });

  it('may be earlier, as trading stood still', () => {
    expect(read(OPEN + 14_838).bars).toHaveLength(1);
    expect(read(OPEN).bars).toHaveLength(1);
  });

  it.each([1, 60_000, -HOUR, -HOUR - 60_000])(
    'makes it no bar where it is off by %d ms, and says so',
    (off) => {
      const { bars, unusable } = read(OPEN + HOUR - 1 + off);
      expect(bars).toHaveLength(0);
      const at = new Date(OPEN + HOUR - 1 + off).toISOString();
      expect(unusable).toMatchObject([{ ts: OPEN, reason: `its close time ${at} is outside its 1h` }]);
    },
  );

  it('is refused where it is none', () => {
    expect(() => read('soon')).toThrow('it has the close time "soon", which is no number');
  });
});
