import { calendarFor } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { rowsASession } from '../../core/plan/pages.ts';
import type { Capabilities, ListRequest } from '../provider.ts';
import type { Reaches } from './steps.ts';

/** Pages without a row that may follow each other: some servers filter what is on a page already. */
const MOST_EMPTY = 10;

/** How many times the pages that a range can fill may come, and how many more: vendors cut pages as they like. */
const GENEROUS = { times: 4, more: 20 };

/**
 * Throws `bad-answer` for a page that follows others of its chain and goes on, where it brings nothing that they did not, or
 * where more came than `most`. What is asked next would never end. Each chain has its own.
 */
export function watchPages(provider: string, most = Number.POSITIVE_INFINITY): (reaches?: Reaches) => void {
  const reached = new Map<string, number>();
  let [pages, empty] = [0, 0];
  return (reaches) => {
    pages++;
    if (pages >= most)
      throw new BackfillError(
        'bad-answer',
        `${provider} goes on after ${pages} pages, which is far more than what was asked for can fill`,
      );
    if (reaches === undefined) return;
    empty = reaches.size === 0 ? empty + 1 : 0;
    let isNews = reaches.size === 0 && empty <= MOST_EMPTY;
    for (const [name, to] of reaches) {
      const before = reached.get(name);
      if (before !== undefined && to <= before) continue;
      reached.set(name, to);
      isNews = true;
    }
    if (!isNews)
      throw new BackfillError('bad-answer', `${provider} goes on with pages that bring nothing new`);
  };
}

/** The most pages that the bars of a request may take, generously; a page that nobody says the size of holds a row at least. */
export function mostPages(
  { tickers, interval, range }: Pick<ListRequest, 'tickers' | 'interval' | 'range'>,
  { intervals }: Pick<Capabilities, 'intervals'>,
): number {
  const { paging, archive, requestsPerSpan = 1 } = intervals[interval] ?? {};
  const { rowMs, extended = 1 } = paging ?? {};
  const rows = [...grouped(tickers, calendarFor)].reduce((sum, [calendar, { length }]) => {
    const sessions = Math.max(1, calendar.count([range]));
    return sum + length * sessions * rowsASession(calendar, interval, range, rowMs?.[calendar.kind]);
  }, 0);
  const aPage = paging?.rows ?? archive?.rowsPerPage ?? 1;
  return GENEROUS.times * Math.ceil((rows * extended) / aPage) * requestsPerSpan + GENEROUS.more;
}
