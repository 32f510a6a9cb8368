import type { CorporateAction, Ohlcv } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, type DayRange, formatDay, parseDay, startOfDay } from '../../core/session/day.ts';
import type { QuietSessions } from '../market.ts';
import { bellShaped, type Random, randomFor } from '../random.ts';
import type { Instrument } from './instrument.ts';

/** Everything that was and will be traded of an instrument, one row a session, and its corporate actions. */
export interface History {
  readonly rows: readonly Ohlcv[];
  readonly actions: readonly CorporateAction[];
  /** Its halts and the sessions on which nobody traded, ascending. */
  readonly quiet: readonly QuietSessions[];
  /** First session after the last trade; null while it trades. */
  readonly delistedOn: Day | null;
}

/** Sessions are made up to here, exclusive: the calendars' facts end the day before. */
const HORIZON = parseDay('2028-01-01');

/** How far a session pulls the price back to its long-run growth, as a part of the distance. */
const PULL = 0.004;

/** One session's return in 60 is this many times larger: news. */
const NEWS = { chance: 1 / 60, size: 2.5 };

/** The whole history of an instrument. The same seed gives the same history. */
export function tradeHistory(instrument: Instrument, calendar: Calendar, seed: number): History {
  const delistedOn =
    instrument.delistedOn === undefined ? null : calendar.sessionOnOrAfter(parseDay(instrument.delistedOn));
  const range = { from: parseDay(instrument.listedOn), to: delistedOn ?? HORIZON };
  const ratios = splitsOf(instrument, calendar);
  const dividendDays = exDaysOf(instrument, calendar, range);
  const halted = haltedSessions(instrument, calendar);
  const random = randomFor(`${seed} ${instrument.ticker}`);
  const walk = new PriceWalk(instrument, random);
  const actions: CorporateAction[] = [...ratios]
    .filter(([exDay]) => exDay >= range.from && exDay < range.to)
    .map(([exDay, ratio]) => ({ kind: 'split', exDay, ratio }));
  const rows: Ohlcv[] = [];
  const quiet: QuietSessions[] = [];
  for (const day of calendar.sessions(range)) {
    walk.split(ratios.get(day) ?? 1);
    const amount = dividendDays.has(day) ? walk.payDividend() : 0;
    if (amount > 0) actions.push({ kind: 'dividend', exDay: day, amount });
    const row = walk.trade(startOfDay(day));
    const traded = random() < (instrument.tradedShare ?? 1);
    if (halted.has(day)) appendQuiet(quiet, day, 'halted', calendar);
    else if (traded || rows.length === 0) rows.push(row);
    else appendQuiet(quiet, day, 'no-trades', calendar);
  }
  return { rows, actions: actions.toSorted((a, b) => a.exDay - b.exDay), quiet, delistedOn };
}

/** Adds a session to the last run if it is the next session with the same reason, else starts a run. */
function appendQuiet(
  runs: QuietSessions[],
  day: Day,
  reason: QuietSessions['reason'],
  calendar: Calendar,
): void {
  const last = runs.at(-1);
  const continues = last?.reason === reason && calendar.nextSession(last.to - 1) === day;
  if (continues) runs[runs.length - 1] = { ...last, to: day + 1 };
  else runs.push({ from: day, to: day + 1, reason });
}

/** A price that moves by gaps between sessions and swings within them, around a long-run growth. */
class PriceWalk {
  readonly #instrument: Instrument;
  readonly #random: Random;
  readonly #growth: number;
  #price: number;
  /** Where the long-run growth alone would have taken the price. */
  #trend: number;
  /** Units of today for one at the listing. */
  #units = 1;

  constructor(instrument: Instrument, random: Random) {
    this.#instrument = instrument;
    this.#random = random;
    this.#growth = instrument.growth / (instrument.type === 'crypto' ? 365 : 252);
    this.#price = instrument.price;
    this.#trend = instrument.price;
  }

  split(ratio: number): void {
    this.#price /= ratio;
    this.#trend /= ratio;
    this.#units *= ratio;
  }

  /** Takes a dividend off the price and gives its amount, 0 if it is too small to pay. */
  payDividend(): number {
    const { dividend, currency } = this.#instrument;
    if (dividend === undefined) return 0;
    const smallest = currency === 'JPY' ? 1 : 100;
    const part = (this.#price * dividend.rate) / dividend.months.length;
    const amount = Math.round(part * smallest) / smallest;
    this.#price -= amount;
    return amount;
  }

  trade(ts: number): Ohlcv {
    const { volatility, ticksPerUnit } = this.#instrument;
    const news = this.#random() < NEWS.chance ? NEWS.size : 1;
    const gap = bellShaped(this.#random) * volatility * 0.45 * news;
    const pull = (this.#trend / this.#price - 1) * PULL;
    const swing = bellShaped(this.#random) * volatility * 0.85 + this.#growth + pull;
    const open = this.#ticks(this.#price * (1 + gap));
    const close = this.#ticks(this.#price * (1 + gap) * (1 + swing));
    const high = Math.max(open, close) + this.#wick(open);
    const low = Math.max(1, Math.min(open, close) - this.#wick(open));
    this.#price = close / ticksPerUnit;
    this.#trend *= 1 + this.#growth;
    return {
      ts,
      open: open / ticksPerUnit,
      high: high / ticksPerUnit,
      low: low / ticksPerUnit,
      close: close / ticksPerUnit,
      volume: this.#volume(Math.abs(gap + swing) / volatility),
      vwap: null,
      trades: null,
    };
  }

  #ticks(price: number): number {
    return Math.max(1, Math.round(price * this.#instrument.ticksPerUnit));
  }

  /** Ticks that a session went beyond its open and close. */
  #wick(ticks: number): number {
    return Math.round(this.#random() * this.#random() * this.#instrument.volatility * 1.4 * ticks);
  }

  /** More is traded on days that move. */
  #volume(movement: number): number {
    const { volume, volumeUnit } = this.#instrument;
    const wanted = volume * this.#units * (0.45 + 0.5 * this.#random() + 0.35 * movement);
    return volumeUnit === 0 ? 0 : Math.max(1, Math.round(wanted / volumeUnit)) * volumeUnit;
  }
}

function splitsOf(instrument: Instrument, calendar: Calendar): Map<Day, number> {
  return new Map(
    (instrument.splits ?? []).map(([date, ratio]) => [calendar.sessionOnOrAfter(parseDay(date)), ratio]),
  );
}

/** Ex-dates of dividends: about the tenth of each paying month, from the second calendar year on. */
function exDaysOf(instrument: Instrument, calendar: Calendar, range: DayRange): Set<Day> {
  const days = new Set<Day>();
  if (instrument.dividend === undefined) return days;
  const firstYear = Number(formatDay(range.from).slice(0, 4)) + 1;
  const lastYear = Number(formatDay(range.to).slice(0, 4));
  for (let year = firstYear; year <= lastYear; year++) {
    for (const month of instrument.dividend.months) {
      days.add(calendar.sessionOnOrAfter(parseDay(`${year}-${String(month).padStart(2, '0')}-10`)));
    }
  }
  return days;
}

function haltedSessions(instrument: Instrument, calendar: Calendar): Set<Day> {
  const days = new Set<Day>();
  for (const [date, sessions] of instrument.halts ?? []) {
    let day = calendar.sessionOnOrAfter(parseDay(date));
    for (let i = 0; i < sessions; i++, day = calendar.nextSession(day)) days.add(day);
  }
  return days;
}
