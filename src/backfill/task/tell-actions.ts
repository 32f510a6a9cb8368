import type { Calendar } from '../../core/calendar/calendar.ts';
import { BackfillError, errorData } from '../../core/errors.ts';
import type { FetchActions } from '../../core/plan/task.ts';
import type { Allowance } from '../../providers/allowance.ts';
import type { ActionsAnswer } from '../../providers/provider.ts';
import type { TaskResult } from '../runner.ts';
import type { Told, ToldPart } from '../told-actions.ts';
import type { TaskTools } from './task-tools.ts';

/** How long it counts, in ms: prices are adjusted for a split from one moment to the next. */
const LASTS_MS = 600_000;

/** What was told, by ticker. */
interface Heard {
  readonly answers: ReadonlyMap<string, ActionsAnswer>;
  readonly errors: ReadonlyMap<string, { readonly ticker: string; readonly error: BackfillError }>;
}

/**
 * What of it counts beside bars that are asked for at `now`: nothing once a day has begun on their exchange. What may be
 * better the next time is left out: who needs it asks for himself.
 */
export function heard(told: Told | undefined, calendar: Calendar, now: number): Heard {
  const answers = new Map<string, ActionsAnswer>();
  const errors = new Map<string, { readonly ticker: string; readonly error: BackfillError }>();
  const isFresh =
    told !== undefined &&
    Math.abs(now - told.at) < LASTS_MS &&
    calendar.localDay(told.at) === calendar.localDay(now);
  for (const part of isFresh ? told.parts : []) {
    const { ticker } = part;
    if ('answer' in part) {
      if (part.answer.isSilent !== true) answers.set(ticker, part.answer);
    } else if (!part.error.retryable) {
      const { code, message } = part.error;
      errors.set(ticker, { ticker, error: new BackfillError(code, message, part.error) });
    }
  }
  return { answers, errors };
}

/** Asks for splits and dividends apart from bars. It stores nothing: the bars are judged first. Never rejects. */
export async function tell(
  { tickers, range }: FetchActions,
  now: number,
  { provider }: TaskTools,
  allowance?: Allowance,
): Promise<TaskResult> {
  const { id } = provider.capabilities;
  const failed = (ticker: string, error: unknown): ToldPart => {
    return { ticker, error: errorData(error, { ticker, provider: id }) };
  };
  const told = (parts: readonly ToldPart[]): TaskResult => ({ series: [], told: { at: now, parts } });
  try {
    if (provider.fetchActions === undefined)
      throw new BackfillError('internal', `${id} is asked for splits and dividends apart from bars`);
    const parts = await provider.fetchActions({ tickers, range, now, allowance });
    return told(parts.map((part) => ('error' in part ? failed(part.ticker, part.error) : part)));
  } catch (error) {
    return told(tickers.map((ticker) => failed(ticker, error)));
  }
}
