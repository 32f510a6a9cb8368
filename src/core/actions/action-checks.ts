import { type CorporateAction, type Dividend, type Split, actionValue } from '../bars/bars.ts';
import { type Day, parseDay } from '../session/day.ts';
import { grouped } from '../grouped.ts';
import { currencyIn } from '../currency.ts';
import { quoted } from '../quoted.ts';

/** A split or dividend as a source states it, which need not be possible. */
export interface StatedAction {
  readonly action: CorporateAction;
  /** As it came, JSON-ready. */
  readonly row: unknown;
}

/** A stated split or dividend that is neither stored nor applied, and why. */
export interface RejectedAction {
  /** Null where the date is none. */
  readonly exDay: Day | null;
  /** Which it would have been. Default: that is not known either. */
  readonly kind?: CorporateAction['kind'];
  readonly row: unknown;
  readonly reason: string;
}

export interface CheckedActions {
  /** Sound actions, ascending by ex-date, at most one a kind and ex-date. */
  readonly actions: readonly CorporateAction[];
  readonly rejected: readonly RejectedAction[];
}

/** No board has made more new shares of one, or one of more old ones. */
const LARGEST_RATIO = 1e6;

/** Beyond any price in any currency. */
const LARGEST_AMOUNT = 1e12;

const EARLIEST = parseDay('1900-01-01');
const LATEST = parseDay('2100-01-01');

/**
 * Separates the splits and dividends of one answer that no company can have made from the sound ones. Repetitions count
 * once; other dividends of one ex-date add up, and splits that contradict each other are all rejected. A split of 1 for 1
 * changes nothing and is left out without a word.
 */
export function checkActions(stated: readonly StatedAction[]): CheckedActions {
  const actions: CorporateAction[] = [];
  const rejected: RejectedAction[] = [];
  for (const group of byKindAndDay(stated.map(inOwnWord))) {
    const sound = group.filter((one) => {
      const reason = fault(one.action);
      if (reason !== null) rejected.push(rejection(one, reason));
      return reason === null && !isIdle(one.action);
    });
    const amounts = new Set(sound.map(({ action }) => actionValue(action)));
    const [first] = sound;
    if (first === undefined) continue;
    if (first.action.kind === 'dividend')
      actions.push({ ...first.action, amount: [...amounts].reduce((sum, amount) => sum + amount, 0) });
    else if (amounts.size === 1) actions.push(first.action);
    else
      for (const one of sound)
        rejected.push(rejection(one, 'another split of the same day has another ratio'));
  }
  return { actions: oneADay(actions).toSorted((a, b) => a.exDay - b.exDay), rejected };
}

/** Of dividends of one ex-date in several currencies the price's own, or the first: the store keeps one. */
function oneADay(actions: readonly CorporateAction[]): CorporateAction[] {
  const byKey = new Map<string, CorporateAction>();
  for (const action of actions) {
    const key = `${action.kind} ${action.exDay}`;
    if (!byKey.has(key) || currencyOf(action) === '') byKey.set(key, action);
  }
  return [...byKey.values()];
}

function byKindAndDay(stated: readonly StatedAction[]): StatedAction[][] {
  const byKey = grouped(stated, ({ action }) => `${action.kind} ${action.exDay} ${currencyOf(action)}`);
  return [...byKey.values()];
}

function currencyOf(action: CorporateAction): string {
  return action.kind === 'dividend' ? (action.currency ?? '') : '';
}

/** Why there can be no such action, or null. */
function fault(action: CorporateAction): string | null {
  if (!(action.exDay >= EARLIEST && action.exDay < LATEST)) return `${action.kind} without an ex-date`;
  return action.kind === 'split' ? splitFault(action) : dividendFault(action);
}

function splitFault({ ratio }: Split): string | null {
  if (ratio >= 1 / LARGEST_RATIO && ratio <= LARGEST_RATIO) return null;
  return `a split of ${ratio} new shares for one is none`;
}

function dividendFault({ amount, currency }: Dividend): string | null {
  if (currency !== undefined && currencyIn(currency) === undefined)
    return `a dividend in ${quoted(currency)}, which is no currency, is none`;
  return amount > 0 && amount < LARGEST_AMOUNT ? null : `a dividend of ${amount} a share is none`;
}

/** With its currency as it is kept. */
function inOwnWord(one: StatedAction): StatedAction {
  const { action } = one;
  if (action.kind !== 'dividend' || action.currency === undefined) return one;
  const { currency, ...dividend } = action;
  return { ...one, action: { ...dividend, currency: currencyIn(currency) ?? currency } };
}

function isIdle(action: CorporateAction): boolean {
  return action.kind === 'split' && action.ratio === 1;
}

function rejection({ action: { exDay, kind }, row }: StatedAction, reason: string): RejectedAction {
  return { exDay: exDay >= EARLIEST && exDay < LATEST ? exDay : null, kind, row, reason };
}
