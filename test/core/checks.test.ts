import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../src/core/bars.ts';
import { checkBars, rejectSpoiltSessions } from '../../src/core/checks.ts';
import { utcDayOf } from '../../src/core/day.ts';

const sound: Ohlcv = {
  ts: Date.UTC(2025, 0, 2),
  open: 10,
  high: 11,
  low: 9,
  close: 10.5,
  volume: 1000,
  vwap: null,
  trades: null,
};

function reasonOf(change: Partial<Ohlcv>): string | undefined {
  return checkBars([{ ...sound, ...change }]).rejected[0]?.reason;
}

describe('a bar', () => {
  it('that is sound is accepted', () => {
    expect(checkBars([sound])).toEqual({ accepted: [sound], rejected: [] });
  });

  it.each([
    [{ open: 11.5 }, 'open 11.5 is above high 11'],
    [{ close: 8.9 }, 'close 8.9 is below low 9'],
    [{ high: 8 }, 'high 8 is below low 9'],
    [{ low: 0 }, 'low 0 is no positive price'],
    [{ open: -1 }, 'open -1 is no positive price'],
    [{ close: Number.NaN }, 'close NaN is no positive price'],
    [{ high: Number.POSITIVE_INFINITY }, 'high Infinity is no positive price'],
    [{ volume: -5 }, 'volume -5 is no volume'],
    [{ ts: -Date.UTC(2025, 0, 2) * 2 }, 'is not in ms since 1970'],
    [{ ts: Date.UTC(2025, 0, 2) * 1000 }, 'is not in ms since 1970'],
  ])('with %o is rejected with the reason', (change, reason) => {
    expect(reasonOf(change)).toContain(reason);
  });

  it('may be off by what a float32 wire loses', () => {
    expect(reasonOf({ high: 10.5 * (1 - 2e-7), close: 10.5 })).toBeUndefined();
  });

  it('may have traded nothing', () => {
    expect(reasonOf({ volume: 0 })).toBeUndefined();
  });
});

describe('the bars of one answer', () => {
  const later = { ...sound, ts: sound.ts + 86_400_000 };

  it('are sorted', () => {
    expect(checkBars([later, sound]).accepted).toEqual([sound, later]);
  });

  it('count once where they are repeated', () => {
    expect(checkBars([sound, { ...sound }, later]).accepted).toEqual([sound, later]);
  });

  it('are all rejected where they contradict each other', () => {
    const other = { ...sound, close: 10.6 };
    const { accepted, rejected } = checkBars([sound, other, later]);
    expect(accepted).toEqual([later]);
    expect(rejected.map(({ bar }) => bar)).toEqual([sound, other]);
  });
});

describe('a session of which most bars were rejected', () => {
  const minute = (i: number, change: Partial<Ohlcv> = {}): Ohlcv => ({
    ...sound,
    ts: sound.ts + i * 60_000,
    ...change,
  });
  const wrong = { high: 1 };

  it('is rejected whole', () => {
    const bars = [minute(0), minute(1, wrong), minute(2, wrong), minute(1440)];
    const { accepted, rejected } = rejectSpoiltSessions(checkBars(bars), utcDayOf);
    expect(accepted).toEqual([minute(1440)]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: 2 }, () => 'high 1 is below low 9'),
      'most bars of its session were rejected',
    ]);
  });

  it('is not, where most bars are sound', () => {
    const bars = [minute(0), minute(1, wrong), minute(2)];
    expect(rejectSpoiltSessions(checkBars(bars), utcDayOf).accepted).toHaveLength(2);
  });
});
