import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import type { Category, Member } from '../../core/universe/member.ts';
import type { DiscoverRequest } from '../discovery.ts';

/** Listing exchanges, by https://www.nasdaqtrader.com/trader.aspx?id=symboldirdefs, as MICs. */
const EXCHANGES: Readonly<Record<string, string>> = {
  A: 'XASE',
  N: 'XNYS',
  P: 'ARCX',
  Q: 'XNAS',
  V: 'IEXG',
  Z: 'BATS',
};

const NEEDED = ['Symbol', 'Security Name', 'Listing Exchange', 'ETF', 'Test Issue'] as const;

/**
 * The members in Nasdaq Trader's `nasdaqtraded.txt`: fields between `|`, a header, and a last line with the time at which the
 * file was made, which proves that it is whole. Test issues are left out, and so is what has no ticker of ours. Throws
 * `bad-answer`.
 */
export function membersOfNasdaqtraded(
  text: string,
  { categories }: Pick<DiscoverRequest, 'categories'>,
): Member[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const last = lines.pop();
  const header = (lines.shift() ?? '').split('|');
  const lacking = NEEDED.find((column) => !header.includes(column));
  if (lacking !== undefined) throw notWhole(`its first line has no ${lacking}`);
  if (last === undefined || !/^File Creation Time: ?\d{10}:\d\d/.test(last))
    throw notWhole('its last line, which says when it was made, is missing');
  const places = NEEDED.map((column) => header.indexOf(column));
  return lines.flatMap((line): Member[] => {
    const fields = line.split('|');
    const [symbol = '', name = '', exchange = '', etf, test] = places.map((place) => fields[place]);
    const category: Category = etf === 'Y' ? 'etf' : 'us_equities';
    const ticker = test === 'Y' || !categories.includes(category) ? undefined : tickerOf(symbol);
    if (ticker === undefined) return [];
    return [
      {
        ...{ ticker, name: name === '' ? null : name, type: etf === 'Y' ? 'etf' : 'equity' },
        ...{ exchange: EXCHANGES[exchange] ?? null, listed: null, delisted: null, source: 'nasdaqtrader' },
      },
    ];
  });
}

/** Endings of symbols, and how Yahoo writes them: preferred shares, warrants, units and rights. */
const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/\$([A-Z]?)$/, '-P$1'],
  [/\.W$/, '-WT'],
  [/\.U$/, '-UN'],
  [/\.R$/, '-RI'],
];

/** `BRK.B` is BRK-B, `ABR$D` ABR-PD; undefined for a symbol that no ticker stands for. */
function tickerOf(symbol: string): string | undefined {
  const spelt = ENDINGS.reduce((text, [ending, ours]) => text.replace(ending, ours), symbol);
  try {
    return parseTicker(spelt.replace(/\.([A-Z])$/, '-$1'));
  } catch {
    return undefined;
  }
}

function notWhole(why: string): BackfillError {
  return new BackfillError('bad-answer', `what came as nasdaqtraded.txt is not the whole file: ${why}`);
}
