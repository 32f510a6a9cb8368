import type { Ohlcv } from '../../core/bars/bars.ts';

export const HEADING_OF_TRADES =
  'ticker,conditions,correction,exchange,id,participant_timestamp,price,sequence_number,sip_timestamp,size,tape,trf_id,trf_timestamp';

/** Trades of less than a round lot that every minute with room for them has. */
const ODD_LOTS = 2;

/** Shares of one of those. */
const ODD_SHARES = 7;

/** A trade of which a bar is told to be made. */
interface Made {
  readonly price: number;
  readonly size: number;
  readonly conditions?: string;
  readonly correction?: number;
  /** How long after the minute's begin it was made, in seconds; less than 60. */
  readonly second: number;
  /** How long after that it was reported, in seconds. */
  readonly late?: number;
}

/**
 * The trades of a minute, in the order of their reports, of which its bar is made by the rules of the tape: those that give open,
 * high, low and close, odd lots and averages beside the range, one that was cancelled, one reported a minute late, and the
 * official close of a market, which counts for nothing.
 */
export function tradesOf(symbol: string, { ts, open, high, low, close, volume }: Ohlcv): string[] {
  const odd = Number.isInteger(volume) && volume >= 100 ? ODD_LOTS * ODD_SHARES : 0;
  const lots = evenly(volume - odd);
  const made: Made[] = [
    // Its first report is of an odd lot beyond the range.
    ...(odd > 0 ? [{ price: high * 1.02, size: ODD_SHARES, conditions: '37', second: 0 }] : []),
    { price: open, size: lots[0], second: 1 },
    { price: high, size: lots[1], conditions: '14,41', second: 12, late: 70 },
    { price: low, size: lots[2], conditions: '10', second: 20 },
    { price: high * 1.5, size: 1000, correction: 8, second: 30 },
    { price: close, size: lots[3], conditions: '14', second: 50 },
    ...(odd > 0 ? [{ price: low * 0.98, size: ODD_SHARES, conditions: '12,37', second: 55 }] : []),
    { price: low * 0.9, size: 5000, conditions: '15', second: 59 },
  ].filter(({ size }) => size > 0);
  return made
    .toSorted((a, b) => a.second + (a.late ?? 0) - (b.second + (b.late ?? 0)))
    .map((trade, i) => lineOf(symbol, ts, trade, i));
}

/** Four sizes whose sum is that of all, as it is added up. */
function evenly(volume: number): readonly [number, number, number, number] {
  const part = volume < 8 ? volume / 4 : Math.floor(volume / 4);
  return [part, part, part, volume - 3 * part];
}

function lineOf(
  symbol: string,
  ts: number,
  { price, size, conditions = '', correction = 0, second, late = 0 }: Made,
  sequence: number,
): string {
  const made = ts + second * 1000;
  const listed = conditions.includes(',') ? `"${conditions}"` : conditions;
  // Reports are stamped a little later than what they report.
  const [participant, sip] = [`${made}000123`, `${made + late * 1000}350456`];
  return [
    symbol,
    listed,
    correction,
    4,
    `${made}${sequence}`,
    participant,
    price,
    sequence,
    sip,
    size,
    1,
    0,
    0,
  ].join(',');
}
