import { seriesKey } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { plural } from '../core/plural.ts';
import type { LackingSpan, Verdict } from './verdict.ts';

/** How many series, and ranges of each, an error names. */
const NAMED = 5;

/** Throws `incomplete` where sessions are lacking or damaged, and names them. */
export function assertComplete({ complete, lacks, damaged }: Verdict): void {
  if (complete) return;
  const lines = [
    ...lacks.map(
      ({ series, ranges, sessions }) =>
        `${seriesKey(series)} lacks ${plural(sessions, 'session')} (${cut(ranges.map(spanText), 'range')})`,
    ),
    ...damaged.map(({ series, path }) => `${seriesKey(series)} has a damaged file, ${path}`),
  ];
  const [first, ...others] = new Set([...lacks, ...damaged].map(({ series }) => series.ticker));
  throw new BackfillError(
    'incomplete',
    `the history is not complete: ${cut(lines, 'series', 'series')}; ${wayOut(lacks, damaged)}`,
    { ...(first !== undefined && others.length === 0 && { ticker: first }) },
  );
}

function wayOut(lacks: Verdict['lacks'], damaged: Verdict['damaged']): string {
  const reasons = new Set(lacks.flatMap(({ ranges }) => ranges.map(({ why }) => why)));
  if (damaged.length > 0 || [...reasons].some((why) => why !== 'rejected' && why !== 'vendor-empty'))
    return 'fill it first';
  return reasons.has('rejected')
    ? 'what was rejected lies in quarantine, and another provider may have other bars'
    : 'whoever was asked has no bars of it: another provider may';
}

function spanText({ start, end, why }: LackingSpan): string {
  const dates = start === end ? start : `${start}..${end}`;
  return why === 'missing' ? dates : `${dates} ${why}`;
}

/** The first few in one text, and how many more there are. */
function cut(texts: readonly string[], noun: string, many?: string): string {
  const more = texts.length - NAMED;
  const shown = texts.slice(0, NAMED).join(', ');
  return more > 0 ? `${shown} and ${plural(more, `more ${noun}`, many && `more ${many}`)}` : shown;
}
