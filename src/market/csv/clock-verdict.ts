import type { Placed } from './quarters.ts';

/** How surely a reading of a session's stamps explains it where another one does not. */
export type Sureness = 'rows' | 'volume' | 'some-volume' | 'extent';

/** What is found of a session: by what another clock explains it, that the one it is read by does, or neither. */
export type Found = Sureness | 'against' | null;

/** The part of a session's slots that a clock which explains it fills, and of the volume, where it is told. */
const FULL = 0.9;
const MOST_VOLUME = 0.8;

/** So much less of either is no chance of a few rows or trades. */
const FEWER = 0.04;
const LESS_VOLUME = 0.05;

/** A reading that fills, or has of the volume, so little explains nothing. */
const EMPTY = 0.6;
const HALF = 0.5;

/** What is traded in a bar before the open or after the close, to what is in regular hours, at most where shares trade so. */
const QUIET = 0.25;

/** What is traded first in regular hours, to what is right before: at least where they open. */
const OPENS = 3;

/** By what one reading explains a session that the other does not; undefined where it does not, or both do. */
export function explainsBetter(one: Placed, other: Placed): Sureness | undefined {
  const { slots } = one;
  if (!isFull(one)) return undefined;
  const isTold = one.volume > 0;
  const [share, shareByOther] = [shareInside(one), shareInside(other)];
  if (isTold && share < shareByOther) return undefined;
  if (other.filled < slots * EMPTY) return 'rows';
  const isShort = other.filled <= one.filled - Math.max(1, slots * FEWER);
  if (isShort && one.inside >= one.rows * 0.99) return 'rows';
  if (one.filled < other.filled - slots * FEWER) return undefined;
  if (!isTold) return one.beyond < other.beyond * FEWER ? 'extent' : undefined;
  if (share < MOST_VOLUME) return undefined;
  if (shareByOther < HALF) return 'volume';
  if (share < shareByOther + LESS_VOLUME || !isQuietOutside(one)) return undefined;
  return beginsAtOpen(one) && !beginsAtOpen(other) ? 'volume' : 'some-volume';
}

/** Whether nearly all slots of a session have a row. */
export function isFull({ filled, slots }: Placed): boolean {
  return filled >= slots * FULL;
}

/** Whether much more is traded from the open on than right before. */
function beginsAtOpen({ volumeBefore, volumeFirst }: Placed): boolean {
  return volumeFirst >= OPENS * volumeBefore;
}

/** Whether there is much less trading in a bar outside regular hours than in one of them. */
function isQuietOutside({ rows, inside, volume, volumeInside }: Placed): boolean {
  return (volume - volumeInside) * inside <= QUIET * volumeInside * (rows - inside);
}

function shareInside({ volume, volumeInside }: Placed): number {
  return volume === 0 ? 0 : volumeInside / volume;
}

/** How much of sessions a reading explains: the more the better. */
export function explained(one: Placed): number {
  return one.filled / one.slots + shareInside(one);
}

/** Sessions by which a clock is sure: one is enough where it has many bars, but where news after the close may explain it. */
const MANY_SLOTS = 20;
const FEW = 2;
const SEVERAL = 3;
/** In a row, where the other sessions are of another clock. */
const IN_A_ROW = 5;

/**
 * Whether what is found of the sessions for which a clock makes a difference, each of some `slots`, is that it explains them;
 * `sessions`: all that have rows.
 */
export function isSure(found: readonly Found[], slots: number, sessions: number): boolean {
  const count = (...kinds: readonly Found[]): number => found.filter((one) => kinds.includes(one)).length;
  const [surely, likely, against] = [
    count('rows', 'volume'),
    count('some-volume', 'extent'),
    count('against'),
  ];
  const all = surely + likely;
  const isEnough = surely >= (slots >= MANY_SLOTS ? 1 : FEW) || surely === sessions || all >= SEVERAL;
  if (all === 0 || !isEnough || all < 9 * against) return false;
  return all * 2 >= found.length || (against === 0 && (all >= SEVERAL || runThatIsSure(found) !== undefined));
}

/** The longest run of sessions that a clock explains, as places `[from, to)`; undefined where it is too short to be no chance. */
export function runThatIsSure(found: readonly Found[]): readonly [from: number, to: number] | undefined {
  let longest: readonly [number, number] = [0, 0];
  for (let from = 0; from < found.length; from++) {
    let to = from;
    let isSurely = true;
    for (; isOfRun(found[to]); to++) isSurely &&= found[to] !== 'some-volume';
    const isEnough = to - from >= (isSurely ? SEVERAL : IN_A_ROW);
    if (isEnough && to - from > longest[1] - longest[0]) longest = [from, to];
    from = to;
  }
  return longest[1] === 0 ? undefined : longest;
}

function isOfRun(found: Found | undefined): found is Sureness {
  return found === 'rows' || found === 'volume' || found === 'some-volume';
}

/**
 * Whether one session is of another clock by itself, where `others` are those that the clock of the file explains: these have rows
 * in regular hours only, of which it leaves many empty; or, with extended ones, none at hours at which nothing trades, where it has.
 */
export function isAlone(found: Found, one: Placed, other: Placed, others: readonly Placed[]): boolean {
  if (others.length === 0 || !isOfRun(found)) return false;
  const least = Math.max(1, one.slots * FEWER);
  if (others.every(({ rows, inside }) => rows - inside <= least))
    return found === 'rows' && other.filled < one.slots * (one.slots >= MANY_SLOTS ? FULL : EMPTY);
  return other.beyond > least && one.beyond === 0 && others.every(({ beyond }) => beyond === 0);
}
