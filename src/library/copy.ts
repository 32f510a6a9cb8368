import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { BackfillError } from '../core/errors.ts';
import { withoutPassword } from '../core/without-password.ts';
import type { CopyReport } from '../copy/copied.ts';
import { type Copied, copyAll, type CopyFailure, type CopyStep } from '../copy/copy.ts';
import { sumsOf } from '../copy/sums.ts';
import { type CopyNote, type Holdings, type Place, placeKey } from '../store/holdings.ts';
import { openStore } from '../store/open.ts';
import type { BarStore } from '../store/store.ts';
import type { Names } from '../core/known-names.ts';
import { assertKind, assertOptions } from '../core/option-kinds.ts';
import { assertStoreExists } from './existing-store.ts';
import { partsOf } from './parts.ts';

/** What of a store is copied, and how. */
export interface CopyOptions {
  /** Their series, splits and dividends alone, and no document; as `tickers` of a history of the first store. Default: all. */
  readonly tickers?: string | readonly string[];
  /** Compare only, and say what would be copied: nothing is written, and no lease taken. Default false. */
  readonly dryRun?: boolean;
  /** Is told at each step. */
  readonly onProgress?: (step: CopyStep) => void;
  /** Stops after what is being written then, with `cancelled`; the same call goes on from there. */
  readonly stop?: AbortSignal;
}

/**
 * Makes one store equal to another, of whatever kind both are, and shows that it is. `from` and `to` are as `store` of a
 * history. `to` must be empty, the begun copy of `from`, or hold nothing that `from` does not: what is different stays, and is
 * named in `other`. `from` is only read, and may be written meanwhile. Interrupted, however, the same call goes on.
 * Throws `usage` for a store that is not there and for one that is both, and as the stores do.
 */
export async function copyStore(from: string, to: string, options: CopyOptions = {}): Promise<CopyReport> {
  assertKind('copyStore', 'from', from, 'a text');
  assertKind('copyStore', 'to', to, 'a text');
  assertOptions('copyStore', options, OPTIONS);
  await assertStoreExists(from, 'FROM');
  const { store: source, tickersToRead } = partsOf({ store: from });
  const target = openStore(to);
  await assertOther(source, target);
  const tickers = await tickersToRead(options.tickers, options.stop);
  const meant = { source, target, tickers, options };
  if (options.dryRun === true) {
    const note = (await target.whyNone()) === undefined ? await target.holdings.readNote() : undefined;
    return reportOf(meant, await copyHoldings(meant, note));
  }
  const lease = await target.acquire();
  try {
    const note = await markedAs(meant);
    const report = await reportOf(meant, await copyHoldings(meant, note)).catch(async (error: unknown) => {
      await unmark(target.holdings, false).catch(() => undefined);
      throw error;
    });
    await unmark(target.holdings, report.isEqual && note.isPartial === (tickers !== undefined));
    return report;
  } finally {
    await lease.release();
  }
}

const OPTIONS: Names<CopyOptions> = { tickers: true, dryRun: true, onProgress: true, stop: true };

interface Meant {
  readonly source: BarStore;
  readonly target: BarStore;
  readonly tickers: readonly string[] | undefined;
  readonly options: CopyOptions;
}

/** A folder may have several names. */
async function nameOf({ folder, url }: BarStore): Promise<string> {
  return folder === undefined ? withoutPassword(url) : realpath(folder).catch(() => folder);
}

async function assertOther(source: BarStore, target: BarStore): Promise<void> {
  if ((await nameOf(source)) === (await nameOf(target))) throw isOne(source, target);
}

function isOne(source: BarStore, target: BarStore): BackfillError {
  const names = [withoutPassword(source.url), withoutPassword(target.url)];
  const both = names[0] === names[1] ? `${names[0]} is FROM and TO` : `${names.join(' and ')} are one store`;
  return new BackfillError('usage', `${both}: there is nothing to copy; name two stores`);
}

/**
 * Marks the second store, and looks whether the first one is marked by that: then they are one, whatever they are called. Gives
 * the mark. Throws `usage` for that, for the begun copy of another store, and for a first one that is such a copy itself.
 */
async function markedAs({ source, target, tickers }: Meant): Promise<CopyNote> {
  const before = await target.holdings.readNote();
  const name = await nameOf(source);
  const half = await source.holdings.readNote();
  if (half?.isBegun === true && half.id !== before?.id)
    throw new BackfillError(
      'usage',
      `${name} is a copy of ${half.from} that is not complete; complete it first: backfill copy ${half.from} ${name}`,
    );
  const isBegun = before?.isBegun === true;
  if (isBegun && before.from !== name && half?.id !== before.id)
    throw new BackfillError(
      'usage',
      `${withoutPassword(target.url)} is a copy of ${before.from} that is not complete; complete it, or name another TO`,
    );
  const id = randomBytes(16).toString('hex');
  const isPartial = tickers !== undefined && (!isBegun || before.isPartial);
  const note: CopyNote = { from: name, id, isBegun, isPartial };
  await target.holdings.putNote(note);
  if ((await source.holdings.readNote())?.id !== note.id) return note;
  if (before === undefined) await target.holdings.removeNote();
  else await target.holdings.putNote(before);
  throw isOne(source, target);
}

/** Of a copy that wrote nothing, and of one that is complete, no mark is left. */
async function unmark(target: Holdings, isComplete: boolean): Promise<void> {
  if (isComplete || (await target.readNote())?.isBegun === false) await target.removeNote();
}

async function copyHoldings(
  { source, target, tickers, options }: Meant,
  note: CopyNote | undefined,
): Promise<Copied> {
  const name = await nameOf(source);
  return copyAll({
    from: source.holdings,
    to: target.holdings,
    tickers,
    isCopy: note?.isBegun === true && note.from === name,
    isDry: options.dryRun === true,
    begin: async () => {
      if (note !== undefined) await target.holdings.putNote({ ...note, isBegun: true });
    },
    onStep: options.onProgress,
    stop: options.stop,
  });
}

async function reportOf(
  { source, target, tickers, options }: Meant,
  { other, failed, restless, toSend, ...copied }: Copied,
): Promise<CopyReport> {
  const names = { from: withoutPassword(source.url), to: withoutPassword(target.url) };
  const keysOf = (places: readonly Place[]): string[] => places.map(placeKey);
  const notFound = tickers === undefined ? [] : await lacking(source, tickers);
  const failure = ({ place, side, error }: CopyFailure): CopyReport['failed'][number] => ({
    what: placeKey(place),
    store: names[side],
    reason: error.message,
  });
  return {
    ...names,
    dryRun: options.dryRun === true,
    isEqual: toSend.length + other.length + failed.length + restless.length === 0,
    ...copied,
    toSend: { series: sumsOf(toSend.map((place) => [place, 0])).series, pieces: toSend.length },
    ...{ other: keysOf(other), failed: failed.map(failure), restless: keysOf(restless), notFound },
  };
}

async function lacking(source: BarStore, tickers: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const { place } of await source.holdings.list(tickers)) {
    if (place.is === 'actions') found.add(place.ticker);
    if (place.is === 'bars' || place.is === 'revisions') found.add(place.series.ticker);
  }
  return tickers.filter((ticker) => !found.has(ticker));
}
