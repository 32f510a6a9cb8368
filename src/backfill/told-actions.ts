import type { ErrorData } from '../core/errors.ts';
import type { ActionsAnswer } from '../providers/provider.ts';

/** What was said of a ticker's splits and dividends apart from its bars, or why nothing was. Plain JSON. */
export type ToldPart = { readonly ticker: string } & (
  | { readonly answer: ActionsAnswer }
  | { readonly error: ErrorData }
);

/** What one request for splits and dividends brought. Plain JSON. */
export interface Told {
  /** When it was asked for, ms since the epoch. */
  readonly at: number;
  readonly parts: readonly ToldPart[];
}
