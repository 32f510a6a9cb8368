import {
  type ActionBook,
  type ActionKey,
  enterAction,
  entryOf,
  withdrawAction,
} from '../core/action-book.ts';
import { checkActions } from '../core/action-checks.ts';
import { parseActionValue } from '../core/action-text.ts';
import type { CorporateAction } from '../core/bars.ts';
import { formatDay, parseDay } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import type { BarStore } from '../store/store.ts';

/** What a user changes in the splits and dividends of a ticker. */
export interface ActionsChange {
  /** `2020-08-31,split,4:1` or `2020-11-06,dividend,0.205`: in force whatever providers say. */
  readonly add?: string;
  /** `2020-08-31,split`: not in force, though providers list it on. Comes before `add`. */
  readonly withdraw?: string;
}

/**
 * Carries out what a user changes, as the one writer; gives what is known then. Throws `usage` for what cannot be read,
 * is not there to withdraw, or is of a ticker that nothing is stored of, and `store-locked`.
 */
export async function changeActions(
  store: BarStore,
  ticker: string,
  change: ActionsChange,
  now: number,
): Promise<ActionBook> {
  const added = change.add === undefined ? undefined : parseEntry(change.add);
  const withdrawn = change.withdraw === undefined ? undefined : parseKey(change.withdraw);
  const writer = await store.acquire();
  try {
    const { series, actions } = await store.scan({ tickers: [ticker] });
    if (series.size === 0 && !actions.has(ticker))
      throw new BackfillError(
        'usage',
        `nothing is stored of ${ticker}; fill it first, or check its spelling`,
      );
    await store.updateActions(ticker, (before) => {
      const book = withdrawn === undefined ? before : without(before, withdrawn, ticker, now);
      return added === undefined ? book : enterAction(book, added, now);
    });
    return await store.readActionBook(ticker);
  } finally {
    await writer.release();
  }
}

function without(book: ActionBook, key: ActionKey, ticker: string, now: number): ActionBook {
  const after = withdrawAction(book, key, now);
  if (after !== undefined) return after;
  const day = formatDay(key.exDay);
  const other = entryOf(book, { ...key, kind: key.kind === 'split' ? 'dividend' : 'split' });
  const instead = other === undefined ? '' : `, only a ${other.action.kind}`;
  throw new BackfillError(
    'usage',
    `no ${key.kind} of ${ticker} with ex-date ${day} is in force${instead}; backfill actions ${ticker} --all lists what is known`,
  );
}

function parseEntry(text: string): CorporateAction {
  const [date = '', kind = '', value = '', ...more] = text.split(',').map((part) => part.trim());
  const number = parseActionValue(value);
  if (more.length > 0 || number === null || !isKind(kind))
    throw new BackfillError(
      'usage',
      `--add ${text}: write it as 2020-08-31,split,4:1 or 2020-11-06,dividend,0.205`,
    );
  const exDay = dayOf('--add', text, date);
  const action: CorporateAction =
    kind === 'split' ? { kind, exDay, ratio: number } : { kind, exDay, amount: number };
  const { actions, rejected } = checkActions([{ action, row: text }]);
  const [sound] = actions;
  if (sound !== undefined) return sound;
  throw new BackfillError(
    'usage',
    `--add ${text}: ${rejected[0]?.reason ?? 'a split of 1 for 1 changes nothing'}`,
  );
}

function parseKey(text: string): ActionKey {
  const [date = '', kind = '', ...more] = text.split(',').map((part) => part.trim());
  if (more.length > 0 || !isKind(kind))
    throw new BackfillError(
      'usage',
      `--withdraw ${text}: write it as 2020-08-31,split or 2020-11-06,dividend`,
    );
  return { kind, exDay: dayOf('--withdraw', text, date) };
}

function isKind(text: string): text is ActionKey['kind'] {
  return text === 'split' || text === 'dividend';
}

function dayOf(option: string, text: string, date: string): number {
  try {
    return parseDay(date);
  } catch (error) {
    throw new BackfillError('usage', `${option} ${text}: ${(error as Error).message}`, { cause: error });
  }
}
