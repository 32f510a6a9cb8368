import type { CorporateAction, Ohlcv } from '../core/bars/bars.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { type Day, type DayRange, startOfDay, utcDayOf } from '../core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../core/session/interval.ts';
import type { Listing, Market, QuietSessions } from './market.ts';
import { randomFor } from './random.ts';
import { type History, tradeHistory } from './sample/daily.ts';
import type { Instrument } from './sample/instrument.ts';
import { minuteRows } from './sample/intraday.ts';
import { ROSTER } from './sample/roster.ts';
import { joinBars } from '../core/bars/session-grid.ts';
import { rowsBetween } from './sorted-rows.ts';

/**
 * A market of about 60 invented instruments on New York, Paris, Xetra, Tokyo, crypto and currency calendars, from
 * 2010-01-04 (later where listed later) to the end of the calendars, 2027-12-31: with listings, delistings, splits
 * and dividends past and future, halts and illiquid shares. Every row is a function of `seed` (default 1), the ticker
 * and the session alone, whatever is asked and in which order. The one-minute bars of a session add up to its daily
 * bar exactly.
 */
export function sampleMarket(seed = 1): Market {
  return new SampleMarket(seed);
}

class SampleMarket implements Market {
  readonly #seed: number;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #histories = new Map<string, History>();

  constructor(seed: number) {
    this.#seed = seed;
    this.#instruments = new Map(ROSTER.map((instrument) => [instrument.ticker, instrument]));
  }

  tickers(): readonly string[] {
    return [...this.#instruments.keys()].toSorted();
  }

  listing(ticker: string): Listing | undefined {
    const instrument = this.#instruments.get(ticker);
    if (instrument === undefined) return undefined;
    const { name, currency, exchange, type } = instrument;
    const { rows, delistedOn } = this.#history(instrument);
    const firstTrade = rows[0] === undefined ? null : utcDayOf(rows[0].ts);
    return {
      ticker,
      name,
      calendar: calendarFor(ticker).id,
      currency,
      exchange,
      type,
      firstTrade,
      delistedOn,
    };
  }

  intervals(ticker: string): readonly Interval[] {
    return this.#instruments.has(ticker) ? INTERVALS : [];
  }

  rows(ticker: string, interval: Interval, range: DayRange): readonly Ohlcv[] {
    const instrument = this.#instruments.get(ticker);
    if (instrument === undefined) return [];
    const daily = rowsBetween(this.#history(instrument).rows, startOfDay(range.from), startOfDay(range.to));
    return interval === '1d' ? daily : daily.flatMap((row) => this.#intraday(instrument, row, interval));
  }

  actions(ticker: string): readonly CorporateAction[] {
    const instrument = this.#instruments.get(ticker);
    return instrument === undefined ? [] : this.#history(instrument).actions;
  }

  quiet(ticker: string): readonly QuietSessions[] {
    const instrument = this.#instruments.get(ticker);
    return instrument === undefined ? [] : this.#history(instrument).quiet;
  }

  #history(instrument: Instrument): History {
    let history = this.#histories.get(instrument.ticker);
    if (history === undefined) {
      history = tradeHistory(instrument, calendarFor(instrument.ticker), this.#seed);
      this.#histories.set(instrument.ticker, history);
    }
    return history;
  }

  #intraday(instrument: Instrument, daily: Ohlcv, interval: Interval): Ohlcv[] {
    const day: Day = utcDayOf(daily.ts);
    const session = calendarFor(instrument.ticker).session(day);
    const random = randomFor(`${this.#seed} ${instrument.ticker} ${day}`);
    const minutes = minuteRows(instrument, daily, session, random);
    return interval === '1m' ? minutes : joinBars(minutes, session, intervalMs(interval));
  }
}
