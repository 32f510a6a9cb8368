import { type CorporateAction, actionValue } from '../bars/bars.ts';
import type { Day } from '../session/day.ts';
import { SAME_RATIO } from './ratio.ts';

/** What a ticker has at most one action of. */
export interface ActionKey {
  readonly kind: CorporateAction['kind'];
  readonly exDay: Day;
}

/** A source that moves an ex-date moves it by less. */
const CORRECTED_WITHIN_DAYS = 10;

/** Two sources of one dividend have its ex-date by less apart: the next one of a weekly payer is further off. */
const ONE_DIVIDEND_WITHIN_DAYS = 4;

/** Relative difference up to which two sources print one value: 1.3333 for 4:3, 0.22 for 0.2203. */
const PRINTED_ALIKE = { split: 1e-3, dividend: 1e-2 } as const;

/** The same but for the noise of a wire. */
export function isSameAction(a: CorporateAction, b: CorporateAction): boolean {
  return isOf(a, b) && isSameValue(a, b);
}

function isSameValue(a: CorporateAction, b: CorporateAction): boolean {
  return isValueWithin(a, b, SAME_RATIO);
}

/** Whether one source most likely means the same by two, with an ex-date that it moved. */
export function isNearTwin(a: CorporateAction, b: CorporateAction): boolean {
  return a.kind === b.kind && Math.abs(a.exDay - b.exDay) <= CORRECTED_WITHIN_DAYS && isSameValue(a, b);
}

/**
 * Whether two sources most likely mean the same by two of one ex-date, or of two that are close: nobody splits twice alike
 * within ten days, or pays the same twice within four.
 */
export function isSameOfTwo(a: CorporateAction, b: CorporateAction): boolean {
  const within = a.kind === 'split' ? CORRECTED_WITHIN_DAYS : ONE_DIVIDEND_WITHIN_DAYS;
  return Math.abs(a.exDay - b.exDay) <= within && isPrintedAlike(a, b);
}

/** Whether two of one kind have the same value, as each source prints it. */
export function isPrintedAlike(a: CorporateAction, b: CorporateAction): boolean {
  return a.kind === b.kind && isValueWithin(a, b, PRINTED_ALIKE[a.kind]);
}

export function isOf(key: ActionKey, other: ActionKey | undefined): boolean {
  return key.kind === other?.kind && key.exDay === other.exDay;
}

export function keyOf({ kind, exDay }: ActionKey): string {
  return `${kind} ${exDay}`;
}

function isValueWithin(a: CorporateAction, b: CorporateAction, spread: number): boolean {
  const [one, other] = [actionValue(a), actionValue(b)];
  return currencyOf(a) === currencyOf(b) && Math.abs(one - other) <= spread * Math.max(one, other);
}

/** Undefined for the price's own. */
function currencyOf(action: CorporateAction): string | undefined {
  return action.kind === 'dividend' ? action.currency : undefined;
}
