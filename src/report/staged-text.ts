import { plural } from './table.ts';

/** What is to be said of answers for whole markets that lie in staging: a line, or none. */
export function stagedLines(staged = 0): string[] {
  if (staged === 0) return [];
  const what = `${plural(staged, 'staged answer')} for whole markets, of a run that was cut short`;
  return [`${what}: the next run takes in what it wants of them and removes them.`];
}
