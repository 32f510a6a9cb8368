import type { Plan } from '../core/plan/plan.ts';
import { formatCount, plural } from './table.ts';

/** What of a plan's requests is for sessions of whole markets, and what for lists of their splits and dividends; else none. */
export function marketActionsLines(plan: Plan): string[] {
  const { sessions, actions } = sharedRequests(plan);
  return actions === 0 ? [] : [sharedText(sessions, actions)];
}

/** The same where there are no such lists, too: no row of a table has any of them. */
export function sharedLines(plan: Plan): string[] {
  const { sessions, actions } = sharedRequests(plan);
  const isAny = plan.tasks.some((task) => 'bucket' in task);
  return isAny ? [sharedText(sessions, actions)] : [];
}

function sharedText(sessions: number, actions: number): string {
  const ofActions = actions === 0 ? '' : `, about ${formatCount(actions)} for splits and dividends`;
  return `Shared by all tickers of a market: ${plural(sessions, 'request')} for sessions${ofActions}`;
}

function sharedRequests({ tasks }: Plan): { readonly sessions: number; readonly actions: number } {
  const [sessions, actions] = [false, true].map((isOfActions) =>
    tasks.reduce((sum, task) => {
      const isMeant = 'slice' in task && (task.slice.actionsSince !== undefined) === isOfActions;
      return isMeant ? sum + task.requests : sum;
    }, 0),
  ) as [number, number];
  return { sessions, actions };
}
