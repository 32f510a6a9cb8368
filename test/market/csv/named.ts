import { readFileName } from '../../../src/market/csv/file-name.ts';
import { tickerNamed } from '../../../src/market/csv/ticker-name.ts';

/** The ticker that a file's name stands for, without its endings. */
export function tickerOf(stem: string): string | undefined {
  const name = readFileName(stem);
  return name.kind === 'unknown'
    ? undefined
    : tickerNamed(name.ticker, () => name.kind === 'ticker' && name.isCrypto);
}
