import { BackfillError } from '../core/errors.ts';
import { type Holdings, type Listed, type Place, placeKey, placeOf } from '../store/holdings.ts';
import { compare, type Verified } from './compare.ts';
import { type Side, send } from './send.ts';
import { type CopySums, countOf, sumsOf } from './sums.ts';

/** How far a copy has come. */
export interface CopyStep {
  /** `comparing`: what both stores have is read; `copying`: what one lacks is written. */
  readonly doing: 'comparing' | 'copying';
  readonly done: number;
  /** Pieces: parts of series, splits and dividends of tickers, documents. */
  readonly of: number;
}

/** Something that could not be read, or not be written. */
export interface CopyFailure {
  readonly place: Place;
  readonly side: Side;
  readonly error: BackfillError;
}

/** What became of it. */
export interface Copied {
  /** What was written; of a dry run nothing. */
  readonly sent: CopySums;
  /** Pieces that are to be written, where nothing was: of a dry run, and where `other` are in the way. */
  readonly toSend: readonly Place[];
  /** What both were found to have, as each was read. */
  readonly equal: Readonly<Record<Side, CopySums>>;
  /** Of which the second store has what the first one never had, or has nothing of: it stays. */
  readonly other: readonly Place[];
  readonly failed: readonly CopyFailure[];
  /** Which the first store went on changing. */
  readonly restless: readonly Place[];
}

export interface CopyOrder {
  readonly from: Holdings;
  readonly to: Holdings;
  /** Theirs alone. Default: all. */
  readonly tickers?: readonly string[] | undefined;
  /** Whether all that the second store has was copied from the first one. */
  readonly isCopy: boolean;
  /** Says what would be done and writes nothing. */
  readonly isDry: boolean;
  /** Is called before anything is written. */
  readonly begin: () => Promise<void>;
  readonly onStep?: ((step: CopyStep) => void) | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** Looks at the stores, of which the first may be written meanwhile, before that is given up. */
const MOST_ROUNDS = 8;

/**
 * Makes a second store equal to a first one, whatever either is made of, and shows that it is: looks what they have, writes what
 * the second one lacks, and looks again, until a look finds nothing to write and the first store as it was at the look before.
 * What was read in both and was the same is not read again unless it changes. Where the second store has anything else it is
 * left as it is. For the writer of the second store.
 */
export async function copyAll(order: CopyOrder): Promise<Copied> {
  const copy = new Copy(order);
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const isDone = await copy.round(round);
    if (isDone) break;
  }
  return copy.outcome();
}

class Copy {
  readonly #order: CopyOrder;
  readonly #verified = new Map<string, Verified>();
  readonly #failed = new Map<string, CopyFailure>();
  /** By key, which version of it was about to be written last. */
  readonly #sentAt = new Map<string, string>();
  readonly #sent = new Map<string, readonly [Place, number]>();
  #other: readonly Place[] = [];
  #toSend: readonly Place[] = [];

  #isBegun = false;

  constructor(order: CopyOrder) {
    this.#order = order;
  }

  outcome(): Copied {
    const verified = [...this.#verified.values()];
    const sums = (side: Side): CopySums => sumsOf(verified.map(({ place, counts }) => [place, counts[side]]));
    const isStopped = this.#order.isDry || this.#other.length > 0;
    return {
      sent: sumsOf(this.#sent.values()),
      toSend: isStopped ? this.#toSend : [],
      equal: { from: sums('from'), to: sums('to') },
      other: this.#other,
      failed: [...this.#failed.values()],
      restless: isStopped ? [] : this.#toSend,
    };
  }

  /** Looks, and writes what is lacking. Whether there was no need to. */
  async round(round: number): Promise<boolean> {
    const { from, to, tickers, isDry } = this.#order;
    const [theirs, ours] = [await from.list(tickers), await to.list(tickers)];
    const left = this.#toLookAt(theirs);
    const isThere = new Set(ours.map(({ place }) => placeKey(place)));
    const count = this.#counting(
      'comparing',
      left.filter(({ place }) => isThere.has(placeKey(place))).length,
    );
    const { send: different, other } = await compare(left, isThere, {
      ...{ from, to, isCopy: this.#isCopy, onDone: count, assertGoing: this.#assertGoing },
      onSame: (key, verified) => this.#verified.set(key, verified),
      onFailed: this.#onFailed,
    });
    const toSend = different.filter((one) => !this.#isLost(one));
    this.#toSend = toSend.map(({ place }) => place);
    const own = other.filter((one) => !this.#isLost(one)).map(({ place }) => place);
    this.#other = [...own, ...(await this.#alone(theirs, ours))];
    if (this.#other.length > 0 || isDry) return true;
    if (toSend.length === 0) return left.every(({ place }) => this.#isFailed(place));
    if (round === MOST_ROUNDS) return true;
    if (!this.#isBegun) await this.#order.begin();
    this.#isBegun = true;
    for (const { place, version } of toSend) this.#sentAt.set(placeKey(place), version);
    const sent = this.#counting('copying', toSend.length);
    await send(toSend, {
      ...{ from, to, assertGoing: this.#assertGoing, onFailed: this.#onFailed },
      onSent: (held) => {
        sent();
        this.#sent.set(placeKey(held), [placeOf(held), countOf(held)]);
      },
    });
    return false;
  }

  /** What is not known to be the same in both, as it is now. */
  #toLookAt(listed: readonly Listed[]): Listed[] {
    const isSame = ({ place, version }: Listed): boolean =>
      this.#isFailed(place) || this.#verified.get(placeKey(place))?.version === version;
    // Whatever is known of a ticker's splits and dividends, and of values that were replaced, may lie with its bars.
    const changed = new Set(
      listed.flatMap((one) => (one.place.is === 'bars' && !isSame(one) ? [one.place.series.ticker] : [])),
    );
    return listed.filter((one) => {
      if (!isSame(one)) return true;
      const { place } = one;
      if (place.is === 'actions') return changed.has(place.ticker);
      return place.is === 'revisions' && changed.has(place.series.ticker);
    });
  }

  /** Whether the second store has not what was written: the first one has the same still. */
  #isLost({ place, version }: Listed): boolean {
    if (place.is === 'actions' || place.is === 'revisions') return false;
    if (this.#sentAt.get(placeKey(place)) !== version) return false;
    const message = 'it was written, and does not read back as it was';
    this.#onFailed(place, new BackfillError('store-corrupt', message), 'to');
    return true;
  }

  /** What the second store alone has. A note of a run that has ended since is no more than in the way. */
  async #alone(theirs: readonly Listed[], ours: readonly Listed[]): Promise<Place[]> {
    const known = new Set(theirs.map(({ place }) => placeKey(place)));
    const alone: Place[] = [];
    for (const { place } of ours) {
      if (known.has(placeKey(place))) continue;
      const isPassing = place.is === 'document' && place.path.endsWith('.filling');
      if (!isPassing || !this.#isCopy) alone.push(place);
      else if (!this.#order.isDry) {
        await this.#order.to.removeDocument(place.path);
        this.#verified.delete(placeKey(place));
      }
    }
    return alone;
  }

  /** Whatever was in the way is told of before anything is written. */
  get #isCopy(): boolean {
    return this.#order.isCopy || this.#isBegun;
  }

  #isFailed(place: Place): boolean {
    return this.#failed.has(placeKey(place));
  }

  readonly #onFailed = (place: Place, error: BackfillError, side: Side): void => {
    this.#failed.set(placeKey(place), { place: placeOf(place), side, error });
  };

  readonly #assertGoing = (): void => {
    if (this.#order.stop?.aborted === true) throw new BackfillError('cancelled', 'the copy was stopped');
  };

  #counting(doing: CopyStep['doing'], of: number): () => void {
    const { onStep } = this.#order;
    let done = 0;
    if (of > 0) onStep?.({ doing, done, of });
    return () => onStep?.({ doing, done: ++done, of });
  }
}
