import { describe, expect, it } from 'vitest';
import { dayBar, dayBars } from '../daily-bars.ts';
import { fingerprintOf } from '../rows.ts';

const bars = dayBars([10, 11, 12, 11, 10]);

describe('a fingerprint', () => {
  it('is 16 hex digits, the same for the same series', () => {
    expect(fingerprintOf(bars)).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintOf(bars.map((bar) => ({ ...bar })))).toBe(fingerprintOf(bars));
  });

  it('is FNV-1a over stamp, close and volume as little-endian doubles', () => {
    const prime = 0x100000001b3n;
    let hash = 0xcbf29ce484222325n;
    for (const { ts, close, volume } of bars) {
      for (const byte of new Uint8Array(Float64Array.of(ts, close, volume).buffer))
        hash = ((hash ^ BigInt(byte)) * prime) & 0xffffffffffffffffn;
    }
    expect(fingerprintOf(bars)).toBe(hash.toString(16).padStart(16, '0'));
  });

  it.each([
    ['stamp', { ts: 1 }],
    ['close', { close: 12.01 }],
    ['volume', { volume: 1001 }],
  ])('is another one where one %s differs', (_, change) => {
    const other = bars.map((bar, i) => (i === 2 ? { ...bar, ...change } : bar));
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(bars));
  });

  it('has one value for every volume that is not known', () => {
    const otherNaN = new Float64Array(new BigUint64Array([0x7ff8_0000_0000_0001n]).buffer)[0] as number;
    const of = (volume: number) => fingerprintOf(bars.map((bar) => ({ ...bar, volume })));
    expect(of(Number.NaN)).toBe(of(otherNaN));
    expect(of(Number.NaN)).not.toBe(of(0));
    expect(fingerprintOf(dayBars([1, 1, 1, 1, 1], 0, { volume: Number.NaN }))).toBeNull();
  });

  it('depends on the order', () => {
    const [a, b, ...rest] = bars;
    expect(fingerprintOf([b ?? dayBar(0, 1), a ?? dayBar(0, 1), ...rest])).not.toBe(fingerprintOf(bars));
  });

  it('is not given for fewer than five bars or without variation', () => {
    expect(fingerprintOf([])).toBeNull();
    expect(fingerprintOf(bars.slice(1))).toBeNull();
    expect(fingerprintOf(dayBars([1, 1, 1, 1, 1]))).toBeNull();
    expect(fingerprintOf([...dayBars([1, 1, 1, 1]), ...dayBars([1], 4, { volume: 5 })])).not.toBeNull();
    expect(fingerprintOf(dayBars([1, 1, 1, 1, 2]))).not.toBeNull();
  });
});
