import {
  type ActionBook,
  enterAction,
  entryOf,
  twinSplits,
  withdrawAction,
} from '../core/actions/action-book.ts';
import type { ActionKey } from '../core/actions/alike.ts';
import { checkActions } from '../core/actions/action-checks.ts';
import { actionText, parseActionValue } from '../core/actions/action-text.ts';
import type { CorporateAction } from '../core/bars/bars.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { formatDay, parseDay } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { type OptionName, option } from '../core/option-name.ts';
import { contains } from '../core/session/ranges.ts';
import type { Engine } from './engine.ts';

/** What a user changes in the splits and dividends of a ticker. */
export interface ActionsChange {
  /**
   * `2020-08-31,split,4:1` or `2020-11-06,dividend,0.205`, by ex-date, which is a session: in force whatever providers say. A split
   * of `1:1` says that there was none.
   */
  readonly add?: string;
  /** `2020-08-31,split`: not in force, though providers list it on. Comes before `add`. */
  readonly withdraw?: string;
}

/**
 * Carries out what a user changes, as the one writer; gives what is known then. Throws `usage` for what cannot be read,
 * can be no action, is not there to withdraw, or is of a ticker that nothing is stored of, and `store-locked`.
 */
export async function changeActions(
  engine: Engine,
  ticker: string,
  change: ActionsChange,
  now: number,
): Promise<ActionBook> {
  const added = change.add === undefined ? undefined : parseEntry(change.add, ticker);
  const withdrawn = change.withdraw === undefined ? undefined : parseKey(change.withdraw);
  const { store } = engine;
  return engine.write([ticker], async () => {
    const { series, actions } = await store.scan({ tickers: [ticker] });
    if (series.size === 0 && !actions.has(ticker))
      throw new BackfillError(
        'usage',
        `nothing is stored of ${ticker}; fill it first, or check its spelling`,
      );
    await store.updateActions(ticker, (before) => {
      const book = withdrawn === undefined ? before : without(before, withdrawn, ticker, now);
      return added === undefined ? book : withEntry(book, added, ticker, now);
    });
    return store.readActionBook(ticker);
  });
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

/** Throws `usage` where the same split is in force a few days off: that is one, and doctor would say so. */
function withEntry(book: ActionBook, action: CorporateAction, ticker: string, now: number): ActionBook {
  const after = enterAction(book, action, now);
  const twins = twinSplits(after).find((pair) => pair.includes(action));
  if (twins === undefined) return after;
  const other = formatDay((twins[0] === action ? twins[1] : twins[0]).exDay);
  throw new BackfillError(
    'usage',
    `${option('add')} ${formatDay(action.exDay)},split: the ${actionText(action)} of ${ticker} is in force on ${other} already, and no ` +
      `share splits twice alike within ten days; to correct its date, add ${option('withdraw')} ${other},split`,
  );
}

function parseEntry(text: string, ticker: string): CorporateAction {
  const [date = '', kind = '', value = '', ...more] = text.split(',').map((part) => part.trim());
  const number = parseActionValue(value);
  if (more.length > 0 || number === null || !Number.isFinite(number) || !isKind(kind))
    throw new BackfillError(
      'usage',
      `${option('add')} ${text}: write it as 2020-08-31,split,4:1 or 2020-11-06,dividend,0.205`,
    );
  const exDay = dayOf('add', text, date);
  assertSession(text, exDay, ticker);
  const action: CorporateAction =
    kind === 'split' ? { kind, exDay, ratio: number } : { kind, exDay, amount: number };
  const { rejected } = checkActions([{ action, row: text }]);
  const [bad] = rejected;
  if (bad === undefined) return action;
  throw new BackfillError('usage', `${option('add')} ${text}: ${bad.reason}`);
}

/** A share goes ex when it trades. Throws `usage` for a day on which its exchange surely does not. */
function assertSession(text: string, exDay: number, ticker: string): void {
  const calendar = calendarFor(ticker);
  const isSure = !calendar.advisory && contains([calendar.reliable], exDay);
  if (!isSure || calendar.isSession(exDay)) return;
  const [before, after] = [calendar.previousSession(exDay), calendar.nextSession(exDay)].map(formatDay);
  throw new BackfillError(
    'usage',
    `${option('add')} ${text}: ${formatDay(exDay)} is no session of ${ticker} (${calendar.id}), so nothing goes ex on it; the ` +
      `nearest are ${before} and ${after}`,
  );
}

function parseKey(text: string): ActionKey {
  const [date = '', kind = '', ...more] = text.split(',').map((part) => part.trim());
  if (more.length > 0 || !isKind(kind))
    throw new BackfillError(
      'usage',
      `${option('withdraw')} ${text}: write it as 2020-08-31,split or 2020-11-06,dividend`,
    );
  return { kind, exDay: dayOf('withdraw', text, date) };
}

function isKind(text: string): text is ActionKey['kind'] {
  return text === 'split' || text === 'dividend';
}

function dayOf(name: OptionName, text: string, date: string): number {
  try {
    return parseDay(date);
  } catch (error) {
    throw new BackfillError('usage', `${option(name)} ${text}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
