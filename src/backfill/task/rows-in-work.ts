import { intervalMs } from '../../core/session/interval.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { roomOf } from '../../core/calendar/session-room.ts';
import { largest } from '../../core/extremes.ts';
import type { Task, Want } from '../../core/plan/task.ts';

/** Rows of long series that a thread has in work at once: each costs several copies while it is checked and stored. */
const MOST_ROWS = 65_536;

/**
 * Keeps a thread from more long pieces than it has memory for, however many tasks it is given at once. Short ones, which
 * mostly wait for a network or a disk, pass as they come.
 */
export class RowsInWork {
  readonly #most: number;
  readonly #waiting: { readonly rows: number; readonly start: () => void }[] = [];
  #rows = 0;

  constructor(most: number = MOST_ROWS) {
    this.#most = most;
  }

  /** Does the work of a task, once those before it leave room for its rows. One that has more than all may have goes alone. */
  async within<T>(task: Task, work: () => Promise<T>): Promise<T> {
    const rows = Math.min(this.#most, rowsOf(task));
    await new Promise<void>((start) => {
      this.#waiting.push({ rows, start });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#rows -= rows;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#rows + next.rows > this.#most) return;
      this.#waiting.shift();
      this.#rows += next.rows;
      next.start();
    }
  }
}

/**
 * Rows of the longest series of a task: how many series a request may ask for is limited elsewhere. Of how many a market has in
 * a bucket nothing is, and they are read together: of those all.
 */
function rowsOf(task: Task): number {
  const rows = task.wants.map(rowsWanted);
  return 'bucket' in task ? rows.reduce((sum, own) => sum + own, 0) : largest([0, ...rows]);
}

function rowsWanted({ series: { interval }, calendar: id, range }: Want): number {
  const calendar = calendarById(id);
  const sessions = calendar.count([range]);
  if (interval === '1d' || sessions === 0) return sessions;
  return sessions * roomOf(calendar.session(calendar.sessionOnOrAfter(range.from)), intervalMs(interval));
}
