import { calendarById } from '../../core/calendar/calendars.ts';
import { type Day, MS_PER_DAY, formatDay, parseDay, startOfDay, utcDayOf } from '../../core/session/day.ts';
import type { AnswerForm } from '../garbage/form.ts';
import { jsonOf } from '../garbage/json.ts';
import type { Row } from '../garbage/rows.ts';
import type { Asked } from '../distortion.ts';
import type { Wire, WireResponse } from '../wire.ts';

type Values = (number | null)[];

/** The parts of a page that are changed. */
interface Page {
  series: Series[];
}

interface Series {
  symbol: string;
  currency: string;
  type: string;
  firstTrade: string;
  actions: { kind: string; exDay: string }[];
  bars: Values[];
}

/** A page taken apart, with the rows of its first symbol, and put together again. */
export function pageForm(wire: Wire): AnswerForm {
  const tickerOf = ({ request, market, now }: Asked): string | undefined =>
    firstOf(pageIn(wire(request, market, now)))?.symbol;
  return {
    tickerOf,
    wire,
    rowsOf: (answer) => (firstOf(pageIn(answer))?.bars ?? []).map(rowOf),
    withRows: (answer, rows) =>
      edited(answer, (series) => {
        series.bars = rows.map(valuesOf);
      }),
    withHead: (answer, change, _, recycledOn) =>
      edited(answer, (series) => {
        Object.assign(series, change({ currency: series.currency, type: series.type }));
        if (recycledOn !== undefined) series.firstTrade = formatDay(recycledOn);
      }),
    withoutSplits: (answer) =>
      edited(answer, (series) => {
        series.actions = series.actions.filter(({ kind }) => kind !== 'split');
      }),
    withStampsTimes: (answer, factor) =>
      edited(answer, (series) => {
        series.bars = series.bars.map(([ts, ...values]) => [(ts as number) * factor, ...values]);
      }),
    stampsASecond: 1000,
    // Prices here have as many digits as a number takes: hundredths of a hundredth are enough.
    price: (price) => Math.round(price * 1e4) / 1e4,
    insteadOf: ({ query, ...request }, ticker) => {
      const other = new URLSearchParams(query);
      other.set('symbols', ticker);
      other.delete('page');
      const session = query.get('session');
      if (session !== null) {
        other.set('from', session);
        other.set('to', formatDay(parseDay(session) + 1));
      }
      return { ...request, path: '/v1/bars', query: other };
    },
    sessionOf: (stamp, calendar, asked) => (isDaily(asked) ? utcDayOf(stamp) : calendar.localDay(stamp)),
    stampOn: (day, asked) => (isDaily(asked) ? startOfDay(day) : opening(day, tickerOf(asked), asked)),
  };
}

function isDaily({ request: { query } }: Asked): boolean {
  return query.get('interval') === '1d';
}

/** When trading opens on a day, or would. */
function opening(day: Day, ticker = '', { market }: Asked): number {
  const calendar = calendarById(market.listing(ticker)?.calendar ?? '24-7');
  const session = calendar.isSession(day) ? day : calendar.previousSession(day);
  return calendar.session(session).open + (day - session) * MS_PER_DAY;
}

function pageIn({ body }: WireResponse): Page {
  return JSON.parse(body) as Page;
}

function firstOf({ series = [] }: Partial<Page>): Series | undefined {
  return series.find(({ bars }) => bars.length > 0);
}

/** The answer with its first symbol changed in place. */
function edited(answer: WireResponse, edit: (series: Series) => void): WireResponse {
  const page = pageIn(answer);
  const series = firstOf(page);
  if (series === undefined) return answer;
  edit(series);
  // A symbol without a row is on no page.
  const left = page.series.filter((one) => one !== series || one.bars.length > 0);
  const body = jsonOf({ ...page, series: left });
  return { ...answer, body, rows: left.reduce((sum, { bars }) => sum + bars.length, 0) };
}

function rowOf([stamp, open, high, low, close, volume, ...more]: Values): Row {
  const value = (one: number | null | undefined): number | null => one ?? null;
  return {
    stamp: stamp ?? 0,
    ...{ open: value(open), high: value(high), low: value(low), close: value(close), volume: value(volume) },
    more,
  };
}

function valuesOf({ stamp, open, high, low, close, volume, more = [] }: Row): Values {
  return [stamp, open, high, low, close, volume, ...more];
}
