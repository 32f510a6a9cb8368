import { parseTicker } from '../../core/instrument/ticker.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { utcDayOf } from '../../core/session/day.ts';
import { shown } from '../../core/shown.ts';
import type { Member } from '../../core/universe/member.ts';
import { type Fields, dayIn } from '../fields.ts';
import { spoiltAnswer } from './errors.ts';
import { rowsIn } from './parse.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/** A list that a universe is made of. */
export interface List {
  /** In the words of its reference data; `options`: contracts. */
  readonly market: 'stocks' | 'otc' | 'crypto' | 'fx' | 'indices' | 'options';
  readonly isActive: boolean;
}

/** What shares are by the types of its reference data; another one is `other`. */
const TYPES: Readonly<Record<string, string>> = {
  ...allOf('equity', 'CS ADRC OS GDR NYRS PFD ADRP LT'),
  ...allOf('etf', 'ETF ETN ETV ETS'),
  FUND: 'fund',
};

/** What all of a market is. */
const OF_MARKET: Readonly<Partial<Record<List['market'], string>>> = {
  crypto: 'crypto',
  fx: 'fx',
  indices: 'index',
};

const SOURCE = 'polygon';

function allOf(type: string, codes: string): Record<string, string> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, type]));
}

/** The members in a page of tickers; those that cannot be written here are left out. Throws `bad-answer` (retryable). */
export function membersIn(fields: Fields, { market, isActive }: List): Member[] {
  return rowsIn(fields).flatMap((row): Member[] => {
    const ticker = tickerIfAny(row['ticker']);
    const delisted = isActive ? null : endIn(row);
    // A member without an end is one that trades.
    if (ticker === undefined || (!isActive && delisted === null)) return [];
    const { type } = row;
    const code = typeof type === 'string' ? (TYPES[type] ?? 'other') : null;
    return [
      {
        ...{ ticker, name: textIn(row, 'name'), type: OF_MARKET[market] ?? code },
        exchange: market === 'otc' ? 'OTC' : textIn(row, 'primary_exchange'),
        ...{ listed: null, delisted, source: SOURCE },
      },
    ];
  });
}

/** The contracts in a page of options. One that has expired by `now` trades no more. Throws `bad-answer` (retryable). */
export function contractsIn(fields: Fields, now: number): Member[] {
  return rowsIn(fields).flatMap((row): Member[] => {
    const ticker = tickerIfAny(row['ticker']);
    if (ticker === undefined) return [];
    const expires = dayIn(row, 'expiration_date');
    const delisted = expires < utcDayOf(now) ? expires : null;
    const name = ['underlying_ticker', 'expiration_date', 'strike_price', 'contract_type']
      .flatMap((field) => {
        const { [field]: value } = row;
        return typeof value === 'string' || typeof value === 'number' ? String(value) : [];
      })
      .join(' ');
    return [
      {
        ...{ ticker, name, type: 'option' },
        ...{ exchange: textIn(row, 'primary_exchange'), listed: null, delisted, source: SOURCE },
      },
    ];
  });
}

function tickerIfAny(symbol: unknown): string | undefined {
  if (typeof symbol !== 'string') throw spoiltAnswer(`a listing has the ticker ${shown(symbol)}`);
  try {
    const ticker = parseTicker(tickerOf(symbol));
    // Some are written like nothing that a calendar is known of, or like something else.
    return symbolOf(ticker) === symbol && assetClassOf(ticker) !== 'other-shares' ? ticker : undefined;
  } catch {
    return undefined;
  }
}

/** The day of a delisting: its time is midnight of that day, or later. Null where it is not told. */
function endIn(row: Fields): number | null {
  const { delisted_utc: told } = row;
  if (typeof told !== 'string') return null;
  const day = dayIn({ day: told.slice(0, 10) }, 'day');
  if (Number.isNaN(day)) throw spoiltAnswer(`a listing was delisted on ${shown(told)}`);
  return day;
}

function textIn(row: Fields, name: string): string | null {
  const { [name]: value } = row;
  return typeof value === 'string' && value !== '' ? value : null;
}
