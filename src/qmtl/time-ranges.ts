import { BackfillError } from '../index.ts';

/** Seconds since the epoch, both inclusive. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** Throws `usage` where these are no range in seconds. */
export function assertRange(start: number, end: number): void {
  const given = `start ${start}, end ${end}`;
  if (!Number.isFinite(start) || !isSeconds(end))
    throw new BackfillError('usage', `${given}: must be seconds since the epoch`);
  if (start > end) throw new BackfillError('usage', `${given}: must not end before it starts`);
}

/** Throws `usage` for what is no instant in seconds, such as one in ms. */
export function assertSeconds(name: string, instant: unknown): void {
  if (isSeconds(instant)) return;
  const given = typeof instant === 'number' ? String(instant) : JSON.stringify(instant);
  throw new BackfillError('usage', `${name} ${given}: must be seconds since the epoch`);
}

function isSeconds(instant: unknown): boolean {
  return Number.isFinite(instant) && Math.abs(instant as number) <= 100_000_000_000;
}

/** What of a range none of some others has. `step`: seconds from an end to the next start that continues it. */
export function gapsIn({ start, end }: TimeRange, known: readonly TimeRange[], step = 1): TimeRange[] {
  const gaps: TimeRange[] = [];
  let next = start;
  for (const one of known.toSorted((a, b) => a.start - b.start)) {
    if (one.start > end) break;
    if (one.start - step >= next) gaps.push({ start: next, end: one.start - step });
    next = Math.max(next, one.end + step);
  }
  if (next <= end) gaps.push({ start: next, end });
  return gaps;
}

/** Ranges without what they overlap or continue each other by; ascending. */
export function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const all: TimeRange[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last.end + 1)
      all[all.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else all.push({ start, end });
  }
  return all;
}
