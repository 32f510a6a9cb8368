import { describe, expect, it } from 'vitest';
import { mayProbe } from '../../../src/backfill/plan/may-probe.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import type { Task } from '../../../src/core/plan/task.ts';
import type { Scan } from '../../../src/store/scan.ts';
import { days } from '../../store/fixtures.ts';

const series = (ticker: string) => ({ ticker, interval: '1d' }) as const;
const wanted = (tickers: readonly string[]) =>
  tickers.map((ticker) => ({
    ...{ series: series(ticker), calendar: calendarFor(ticker) },
    range: days('2026-02-02', '2026-02-14'),
  }));
const names = (count: number, letter: string) => Array.from({ length: count }, (_, i) => `${letter}${i}`);
const planOf = (tickers: readonly string[]) => ({
  tasks: [{ wants: wanted(tickers) } as unknown as Task],
});
const scanOf = (tickers: readonly string[]) =>
  ({ series: new Map(tickers.map((ticker) => [`${ticker} 1d`, { rows: 5 }])) }) as unknown as Scan;

describe('a later provider of a chain, which is asked for parts of series that have bars', () => {
  const [asked, others] = [names(8, 'A'), names(92, 'B')];
  const all = [...asked, ...others];

  it('may be probed, as it may have nothing of all of them', () => {
    expect(mayProbe(planOf(asked), wanted(asked), scanOf(all), { list: wanted(all) })).toBe(true);
    // One alone has bars of them itself.
    expect(mayProbe(planOf(asked), wanted(all), scanOf(all))).toBe(false);
  });

  it('is not where there is nothing to ask it for, or where the list would show nothing', () => {
    expect(mayProbe(planOf(asked), wanted(asked), scanOf([]), { list: wanted(all) })).toBe(false);
    const few = [...asked, ...others.slice(0, 20)];
    expect(mayProbe(planOf(asked), wanted(asked), scanOf(few), { list: wanted(few) })).toBe(false);
    const four = asked.slice(0, 4);
    expect(mayProbe(planOf(four), wanted(four), scanOf(all), { list: wanted(all) })).toBe(false);
  });
});
