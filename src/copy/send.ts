import type { BackfillError } from '../core/errors.ts';
import { eachBounded } from '../store/bounded.ts';
import { isDamage } from '../store/damage.ts';
import type { Held, HeldWrite, Holdings, Listed, Place } from '../store/holdings.ts';

/** Bars and pieces that are written at once: they are held in memory twice, one portion read while the other is written. */
const MOST_BARS = 50_000;
const MOST_PIECES = 500;

/** Pieces that are read before it is looked how many bars came. */
const READ_AT_ONCE = 32;

/** The store that is copied, or the one that becomes the same. */
export type Side = 'from' | 'to';

/** Is told of what cannot be read in a store, or cannot be written by it. */
export type OnFailed = (place: Place, error: BackfillError, side: Side) => void;

/** What is to be copied. */
export interface ToSend extends Listed {
  /** Whether the other store has something there. */
  readonly isInPlace: boolean;
}

export interface SendTools {
  readonly from: Holdings;
  readonly to: Holdings;
  /** Is told of each piece that is written. */
  readonly onSent: (held: Held) => void;
  readonly onFailed: OnFailed;
  /** Throws where no more is to be begun. */
  readonly assertGoing: () => void;
}

/** Copies pieces, many at once, one portion being read while the one before it is written. */
export async function send(all: readonly ToSend[], tools: SendTools): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  for await (const portion of portions(all, tools)) {
    await writing;
    tools.assertGoing();
    writing = writePortion(portion, tools);
    // Whoever waits for it hears of it.
    writing.catch(() => undefined);
  }
  await writing;
}

async function* portions(all: readonly ToSend[], tools: SendTools): AsyncGenerator<HeldWrite[]> {
  let portion: HeldWrite[] = [];
  let bars = 0;
  for (let from = 0; from < all.length; from += READ_AT_ONCE) {
    const some = all.slice(from, from + READ_AT_ONCE);
    const read: (HeldWrite | undefined)[] = [];
    await eachBounded(some, async ({ place, isInPlace }, i) => {
      const held = await unlessFailed(place, tools, () => tools.from.read(place));
      // Gone since it was listed: the next look tells.
      if (held === undefined) return;
      read[i] = { held, before: isInPlace ? await tools.to.read(place) : undefined };
    });
    for (const write of read) {
      if (write === undefined) continue;
      portion.push(write);
      bars += write.held.is === 'bars' ? write.held.bars.length : 0;
      if (bars < MOST_BARS && portion.length < MOST_PIECES) continue;
      yield portion;
      [portion, bars] = [[], 0];
    }
  }
  if (portion.length > 0) yield portion;
}

/** Where together they cannot be written each half is alone, and so on, so that those are named which cannot. */
async function writePortion(portion: readonly HeldWrite[], tools: SendTools): Promise<void> {
  try {
    await tools.to.write(portion);
    for (const { held } of portion) tools.onSent(held);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const [first, second] = portion;
    if (first !== undefined && second === undefined) tools.onFailed(first.held, error, 'to');
    else await writeHalves(portion, tools);
  }
}

async function writeHalves(portion: readonly HeldWrite[], tools: SendTools): Promise<void> {
  // Some of it may be there.
  const now: HeldWrite[] = [];
  await eachBounded(portion, async ({ held }, i) => {
    now[i] = { held, before: await tools.to.read(held) };
  });
  const middle = portion.length >> 1;
  await writePortion(now.slice(0, middle), tools);
  await writePortion(now.slice(middle), tools);
}

async function unlessFailed<T>(
  place: Place,
  { onFailed }: SendTools,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    onFailed(place, error, 'from');
    return undefined;
  }
}
