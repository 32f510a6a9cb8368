import type { CorporateAction, Ohlcv } from '../../core/bars/bars.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, formatDay, utcDayOf } from '../../core/session/day.ts';

const EASTERN = new Zone('America/New_York');

/** Lines of CSV under a heading, each ended. */
export function csv(heading: string, lines: readonly string[]): string {
  return [heading, ...lines].map((line) => `${line}\n`).join('');
}

/** Daily bars, newest first; `volumes`: how many digits after the point, null for none at all. */
export function dailyLines(bars: readonly Ohlcv[], digits: number, volumes: number | null): string[] {
  return bars.toReversed().map((bar) => {
    const volume = volumes === null ? [] : [text(bar.volume, volumes)];
    return [formatDay(utcDayOf(bar.ts)), ...prices(bar, digits), ...volume].join(',');
  });
}

/** Intraday bars, newest first, by the clock of New York. */
export function intradayLines(bars: readonly Ohlcv[]): string[] {
  return bars.toReversed().map((bar) => {
    const clock = new Date(EASTERN.clockAt(bar.ts)).toISOString();
    return [clock.slice(0, 19).replace('T', ' '), ...prices(bar, 4), text(bar.volume, 0)].join(',');
  });
}

/** Daily bars with what went ex on their days, newest first, and closes that are adjusted for all that came later. */
export function adjustedLines(bars: readonly Ohlcv[], actions: readonly CorporateAction[]): string[] {
  const lines: string[] = [];
  let factor = 1;
  for (let i = bars.length - 1; i >= 0; i--) {
    const bar = bars[i] as Ohlcv;
    const { split, dividend } = exOn(utcDayOf(bar.ts), actions);
    const values = [text(bar.close * factor, 12), text(bar.volume, 0), text(dividend, 4), text(split, 1)];
    lines.push([formatDay(utcDayOf(bar.ts)), ...prices(bar, 4), ...values].join(','));
    const before = bars[i - 1]?.close ?? 0;
    factor *= (before > 0 ? 1 - dividend / before : 1) / split;
  }
  return lines;
}

function exOn(day: Day, actions: readonly CorporateAction[]): { split: number; dividend: number } {
  let [split, dividend] = [1, 0];
  for (const action of actions) {
    if (action.exDay !== day) continue;
    if (action.kind === 'split') split *= action.ratio;
    else dividend += action.amount;
  }
  return { split, dividend };
}

function prices({ open, high, low, close }: Ohlcv, digits: number): string[] {
  return [open, high, low, close].map((price) => text(price, digits));
}

/** A number with so many digits after the point; with all that it has, where those would change it. */
export function text(value: number, digits: number): string {
  const short = value.toFixed(digits);
  return Number(short) === value || digits > 8 ? short : String(value);
}
