import { basename } from 'node:path';
import { grouped } from '../../core/grouped.ts';
import { MS_PER_DAY } from '../../core/session/day.ts';
import { NEIGHBOUR_DAYS } from '../../core/checks/plausibility.ts';
import type { RowsOfFile } from './join-files.ts';

/** Rows on either side of a seam whose median volumes are compared. */
const ENOUGH = 5;
const MOST = 20;

/** No news makes a share's usual volume so many times what it was from one file to the next; hundreds and thousands do. */
const STEP = 50;

/** How far back or ahead of a seam rows are looked for. */
const REACH_MS = NEIGHBOUR_DAYS * MS_PER_DAY;

/** A line for each two files of a ticker of which one goes on with volumes that seem to be of another unit. */
export function volumeStepNotes(files: readonly RowsOfFile[]): string[] {
  const held = files.filter(({ rows, isLong }) => !Number.isNaN(rows.first) && isLong !== true);
  return [...grouped(held, ({ interval }) => interval).values()].flatMap((ofInterval) => {
    const inOrder = ofInterval.toSorted((a, b) => a.rows.first - b.rows.first);
    return inOrder.slice(1).flatMap((after, i) => stepNote(inOrder[i] as RowsOfFile, after));
  });
}

function stepNote(one: RowsOfFile, next: RowsOfFile): string[] {
  const seam = next.rows.first;
  if (one.rows.last >= seam) return [];
  const before = usual([...one.rows.between(seam - REACH_MS, seam).bars.volume].slice(-MOST));
  const after = usual([...next.rows.between(seam, seam + REACH_MS).bars.volume].slice(0, MOST));
  const ratio = after / before;
  if (!(ratio >= STEP || ratio <= 1 / STEP)) return [];
  const times = ratio > 1 ? `${Math.round(ratio)} times` : `1/${Math.round(1 / ratio)} of`;
  return [
    `${basename(next.path)}: its volumes begin at about ${times} those at the end of ${basename(one.path)}: one of them may be in hundreds or thousands`,
  ];
}

/** The median volume; NaN of too few. */
function usual(volumes: readonly number[]): number {
  const traded = volumes.filter((units) => units > 0).toSorted((a, b) => a - b);
  return traded.length < ENOUGH ? Number.NaN : (traded[traded.length >> 1] as number);
}
