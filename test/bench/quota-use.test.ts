import { describe, expect, it } from 'vitest';
import { useOf } from '../../bench/questions/quota-use.ts';

const QUOTA = { requests: 10, seconds: 5 };
const at = (arrivedMs: number, outcome = 'ok'): { arrivedMs: number; query: string; outcome: string } => ({
  ...{ arrivedMs, outcome, query: '' },
});

describe('the use of a quota', () => {
  it('is whole where requests come as fast as they may, in whatever order they were logged', () => {
    const log = Array.from({ length: 21 }, (_, i) => at(1000 + i * 500));
    expect(useOf(log.toReversed(), QUOTA)).toEqual({ admitted: 21, refused: 0, used: 1 });
  });

  it('is half at half the pace', () => {
    expect(useOf([at(0), at(1000), at(2000)], QUOTA).used).toBe(0.5);
  });

  it('does not count what was refused', () => {
    const log = [at(0), at(100, 'limited'), at(1000), at(9000, 'limited')];
    expect(useOf(log, QUOTA)).toEqual({ admitted: 2, refused: 2, used: 0.5 });
  });
});
