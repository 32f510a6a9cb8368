import { describe, expect, it } from 'vitest';
import { assertSpacing } from '../../../src/backfill/judge/row-spacing.ts';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { SESSIONS, XNYS, received, stored, want } from '../received.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';

const MINUTE = 60_000;

/** Bars of a session, every so many minutes from its open on. */
function everyMinutes(minutes: number, session = 0): Ohlcv[] {
  const day = SESSIONS[session] ?? 0;
  const { open, close } = XNYS.session(day);
  const count = Math.ceil((close - open) / (minutes * MINUTE));
  return Array.from({ length: count }, (_, i) => ({ ...stored(day, 100), ts: open + i * minutes * MINUTE }));
}

const judge = (interval: Interval, bars: readonly Ohlcv[]) => () =>
  assertSpacing(received({ want: want({ series: { ticker: 'AAPL', interval } }) }), barsOf(bars));

describe('bars of a coarser interval than was asked for', () => {
  it('are refused, and it is said what came', () => {
    expect(judge('5m', everyMinutes(15))).toThrow('bars of 15m were answered for 5m');
    expect(judge('1m', everyMinutes(5))).toThrow('bars of 5m were answered for 1m');
    const hours = [0, 1, 2, 3, 4].flatMap((i) => everyMinutes(60, i));
    expect(judge('15m', hours)).toThrow('bars of 1h were answered for 15m');
    const weeks = SESSIONS.filter((day) => ((day % 7) + 10) % 7 === 4).map((day) => stored(day, 100));
    expect(judge('1d', weeks)).toThrow('bars of weeks were answered for 1d');
  });

  it('are not those that are only thin, or few', () => {
    expect(judge('5m', everyMinutes(5))).not.toThrow();
    expect(
      judge(
        '5m',
        everyMinutes(15).with(3, { ...stored(0, 1), ts: (everyMinutes(15)[3]?.ts ?? 0) + 5 * MINUTE }),
      ),
    ).not.toThrow();
    expect(judge('5m', everyMinutes(15).slice(0, 20))).not.toThrow();
    expect(
      judge(
        '1d',
        SESSIONS.map((day) => stored(day, 100)),
      ),
    ).not.toThrow();
  });
});
