import { BackfillError } from '../errors.ts';
import { plural } from '../plural.ts';
import { option } from '../option-name.ts';
import type { Names } from '../known-names.ts';
import { assertKind, assertOptions } from '../option-kinds.ts';
import { type BatchPlace, type Universe, listId } from './universe.ts';

/** A part of a universe. */
export interface Batch extends BatchPlace {
  /** Its tickers, which know whose part they are: what is recorded of its run tells it. */
  readonly universe: Universe;
}

/** How a universe is cut into batches. */
export interface BatchOptions {
  /** Tickers a batch; the last has what is left. */
  readonly size: number;
  /** Batches that are left out, from the first on: 10 begins with the eleventh. Default 0. */
  readonly start?: number;
  /** Batches at most. Default: all that are left. */
  readonly most?: number;
}

const OPTIONS: Names<BatchOptions> = { size: true, start: true, most: true };

/**
 * The batches of a universe, cut from its order: whatever is stored, a batch of one number has the same tickers. Throws
 * `usage` for numbers that are none, and where none is left after `start`.
 */
export function batchesOf(universe: Universe, options: BatchOptions): readonly Batch[] {
  assertKind('batchesOf', 'the universe', universe, 'an object');
  assertOptions('batchesOf', options, OPTIONS);
  const { size, start = 0, most } = options;
  for (const [name, value, least] of [
    ['size', size, 1],
    ['start', start, 0],
    ['most', most ?? 1, 1],
  ] as const)
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new BackfillError('usage', `${name} ${value}: must be a whole number of at least ${least}`);
  const total = universe.tickers.length;
  const of = Math.ceil(total / size);
  if (start >= of)
    throw new BackfillError(
      'usage',
      `${option('startBatch')} ${start}: there ${of === 1 ? 'is' : 'are'} ${plural(of, 'batch', 'batches')} (${plural(total, 'ticker')}, ` +
        `${size} a batch), and the first is 0; give at most ${of - 1}`,
    );
  const list = listId(universe.tickers);
  const count = Math.min(of - start, most ?? of);
  return Array.from({ length: count }, (_, i) => {
    const from = (start + i) * size;
    const tickers = universe.tickers.slice(from, from + size);
    const lives = new Map(
      tickers.flatMap((ticker) => {
        const life = universe.lives.get(ticker);
        return life === undefined ? [] : [[ticker, life] as const];
      }),
    );
    const batch = {
      ...{ number: start + i + 1, of, first: from + 1, last: from + tickers.length, total },
      ...{ asked: { first: start + 1, last: start + count }, list },
    };
    // What is in no list is told once.
    const besides = i === 0 && universe.isAllListed && { isAllListed: true as const };
    return { ...batch, universe: { tickers, lives, ...besides, batch } };
  });
}
