import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { startOfDay } from '../../../src/core/session/day.ts';
import { type RowContext, findOddities } from '../rows.ts';

const calendar = calendarById('XNYS');
const sessions = calendar.sessions({ from: 20_000, to: 20_040 });
const context: RowContext = { interval: '1d', calendar, actions: [], known: [], type: 'equity' };

const still = (count: number, change: (i: number) => Partial<Ohlcv> = () => ({})): Ohlcv[] =>
  sessions.slice(0, count).map((day, i) => {
    const prices = { open: 10, high: 10, low: 10, close: 10 };
    return { ts: startOfDay(day), ...prices, volume: 0, vwap: null, trades: null, ...change(i) };
  });
const kinds = (rows: readonly Ohlcv[], change: Partial<RowContext> = {}): string[] =>
  findOddities(rows, { ...context, ...change }).map(({ kind }) => kind);

describe('a daily series that stands at one price', () => {
  it('is named once, at its first bar, from eleven bars on', () => {
    expect(findOddities(still(11), context)).toEqual([
      {
        kind: 'repeat',
        session: sessions[0],
        ts: startOfDay(sessions[0] ?? 0),
        note: 'all 11 bars stand at 10, from open to close',
      },
    ]);
    expect(kinds(still(10))).toEqual([]);
  });

  it('is named whatever its volumes are, and whatever it is said to be but what may stand so', () => {
    expect(kinds(still(20, (i) => ({ volume: 1000 + i })))).toEqual(['repeat']);
    expect(kinds(still(20, () => ({ volume: Number.NaN })))).toEqual(['repeat']);
    for (const type of ['equity', 'etf', 'crypto', null])
      expect(kinds(still(20), { type })).toEqual(['repeat']);
    for (const type of ['fund', 'fx', 'index']) expect(kinds(still(20), { type })).toEqual([]);
  });

  it('is not named again by a later answer', () => {
    const all = still(20);
    expect(kinds(all.slice(15), { known: all.slice(0, 15) })).toEqual([]);
  });

  it.each(['open', 'high', 'low', 'close'] as const)('is none where one %s moved', (field) => {
    expect(kinds(still(20, (i) => (i === 12 ? { [field]: 10.01 } : {})))).toEqual([]);
    const known = still(20, (i) => (i === 12 ? { [field]: 10.01 } : {})).slice(12);
    expect(kinds(still(12), { known })).toEqual([]);
  });

  it('is none of shorter bars', () => {
    const minutes = still(20).map((bar, i) => ({ ...bar, ts: Date.UTC(2024, 9, 4, 14, i) }));
    expect(kinds(minutes, { interval: '1m' })).not.toContain('repeat');
  });
});
