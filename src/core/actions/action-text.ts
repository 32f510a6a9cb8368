import type { CorporateAction } from '../bars/bars.ts';
import { ratioText } from './ratio.ts';

/** `split 4:1`, `dividend of 0.82`, `dividend of 0.31 USD`. */
export function actionText(action: CorporateAction): string {
  if (action.kind === 'split') return `split ${ratioText(action.ratio)}`;
  return `dividend of ${action.amount}${action.currency === undefined ? '' : ` ${action.currency}`}`;
}

const NUMBER = String.raw`([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?|nan|null)`;
const VALUE = new RegExp(`^${NUMBER}(?::${NUMBER})?$`, 'i');

/** `4:1` is 4, `1:20` is 0.05, `0.22` is itself, `nan` is NaN; null for what is no number. */
export function parseActionValue(text: string): number | null {
  const [, top, bottom = '1'] = VALUE.exec(text) ?? [];
  return top === undefined ? null : numberOf(top) / numberOf(bottom);
}

function numberOf(text: string): number {
  const infinite = /^([+-]?)inf/i.exec(text);
  return infinite === null ? Number(text) : infinite[1] === '-' ? -Infinity : Infinity;
}
