import type { CorporateAction } from './bars.ts';
import { ratioText } from './ratio.ts';

/** `split 4:1`, `dividend of 0.82`, `dividend of 0.31 USD`. */
export function actionText(action: CorporateAction): string {
  if (action.kind === 'split') return `split ${ratioText(action.ratio)}`;
  return `dividend of ${action.amount}${action.currency === undefined ? '' : ` ${action.currency}`}`;
}
