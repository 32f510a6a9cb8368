import { eachBounded } from '../store/bounded.ts';
import { isDamage } from '../store/damage.ts';
import { type Held, type Holdings, type Listed, type Place, placeKey } from '../store/holdings.ts';
import { isEarlier, isSame } from './same.ts';
import { countOf } from './sums.ts';
import type { OnFailed, Side, ToSend } from './send.ts';

/** A place at which both stores were found to have the same. */
export interface Verified {
  readonly place: Place;
  /** Of what the first store had there, as it was listed before that was read. */
  readonly version: string;
  /** Bars, splits and dividends, … as each of them was read. */
  readonly counts: { readonly from: number; readonly to: number };
}

/** What is different between two stores. */
export interface Compared {
  readonly send: readonly ToSend[];
  /** Of which the second store has what the first one never had, as far as can be told. */
  readonly other: readonly Listed[];
}

export interface CompareTools {
  readonly from: Holdings;
  readonly to: Holdings;
  /** Whether all that the second store has was copied from the first one. */
  readonly isCopy: boolean;
  readonly onSame: (key: string, verified: Verified) => void;
  readonly onFailed: OnFailed;
  readonly onDone: () => void;
  readonly assertGoing: () => void;
}

/** Reads what both stores have, place by place. `isThere`: keys of places at which the second one has something. */
export async function compare(
  listed: readonly Listed[],
  isThere: ReadonlySet<string>,
  tools: CompareTools,
): Promise<Compared> {
  const send: (ToSend | undefined)[] = [];
  const other: Listed[] = [];
  await eachBounded(listed, async ({ place, version }, i) => {
    tools.assertGoing();
    const key = placeKey(place);
    if (!isThere.has(key)) {
      send[i] = { place, version, isInPlace: false };
      return;
    }
    const theirs = await readOf('from', place, tools);
    const ours = await readOf('to', place, tools);
    tools.onDone();
    if (theirs === FAILED || ours === FAILED) return;
    if (theirs !== undefined && ours !== undefined && isSame(theirs, ours)) {
      const counts = { from: countOf(theirs), to: countOf(ours) };
      tools.onSame(key, { place, version, counts });
    } else if (ours === undefined || theirs === undefined || (await mayBecome(ours, theirs, tools)))
      send[i] = { place, version, isInPlace: ours !== undefined };
    else other.push({ place, version });
  });
  return { send: send.filter((one) => one !== undefined), other };
}

const FAILED = Symbol('failed');

async function readOf(
  side: Side,
  place: Place,
  tools: Pick<CompareTools, Side | 'onFailed'>,
): Promise<Held | typeof FAILED | undefined> {
  try {
    return await tools[side].read(place);
  } catch (error) {
    if (!isDamage(error)) throw error;
    tools.onFailed(place, error, side);
    return FAILED;
  }
}

async function mayBecome(ours: Held, theirs: Held, { from, isCopy }: CompareTools): Promise<boolean> {
  if (!isCopy) return false;
  const kept = ours.is === 'bars' ? await from.read({ is: 'revisions', series: ours.series }) : undefined;
  return isEarlier(ours, theirs, kept?.is === 'revisions' ? kept.revisions : []);
}
