import type { ActionBook } from '../../core/actions/action-book.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { isDamage } from '../../store/damage.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';

/** Tickers that are looked up in one go: it takes a read of each. */
const LOOKED_UP = 100;

/**
 * Tickers of which splits or dividends are in force that the user's own list said, though there is no such list any more: who
 * removed it may think that they went with it. Of many only the first hundred are looked up.
 */
export async function tickersOfGoneList(
  tickers: readonly string[],
  { ownLists }: Scan,
  { capabilities, ownListOf }: OwnSource,
  store: Pick<BarStore, 'readActionBook'>,
): Promise<readonly string[]> {
  if (ownListOf === undefined) return [];
  const left = tickers.filter((ticker) => ownLists?.has(ticker) === true && ownListOf(ticker) === null);
  const found: string[] = [];
  for (const ticker of left.slice(0, LOOKED_UP)) {
    const { entries } = await bookOf(ticker, store);
    if (entries.some(({ source }) => source === capabilities.id)) found.push(ticker);
  }
  return found;
}

interface OwnSource {
  readonly capabilities: Capabilities;
  readonly ownListOf?: (ticker: string) => string | null;
}

/** What damage took is said elsewhere. */
async function bookOf(
  ticker: string,
  store: Pick<BarStore, 'readActionBook'>,
): Promise<Pick<ActionBook, 'entries'>> {
  try {
    return await store.readActionBook(ticker);
  } catch (error) {
    if (isDamage(error)) return { entries: [] };
    throw error;
  }
}
