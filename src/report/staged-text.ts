import { formatCount, plural } from './table.ts';

/** What is to be said of series that were filled for the first time and are compared with no others yet: a line, or none. */
export function uncomparedLines(uncompared = 0): string[] {
  if (uncompared === 0) return [];
  const what = `${formatCount(uncompared)} series filled for the first time by a run that goes on or was cut short`;
  return [
    `${what}: not yet compared with the others, whose bars they might have; the next run does that first.`,
  ];
}

/** What is to be said of answers for whole markets that lie in staging: a line, or none. */
export function stagedLines(staged = 0): string[] {
  if (staged === 0) return [];
  const what = `${plural(staged, 'staged answer')} for whole markets, of a run that was cut short`;
  return [
    `${what}: a run that wants them within a day takes them in, and what is older is removed by the next one.`,
  ];
}
