import type { ActionBook } from '../../core/actions/action-book.ts';
import type { Series } from '../../core/bars/bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { untilUndisturbed } from '../parquet/files/blobs.ts';
import type { SeriesChange, SeriesCommit, SeriesEdit, SeriesUpdate, UpsertResult } from '../store.ts';
import { assertAsWritten } from './as-written.ts';
import { changedBook } from './books.ts';
import { daysOf, NOTHING_CHANGED, planUpsert, type SeriesWrite } from './plan.ts';
import { contentOf, type SeriesRead } from './read.ts';
import type { Tables } from './tables.ts';

/** Stores a change of a series as it was read: `SeriesEdit.commit`. */
export type CommitEdit = (edit: Edit, change: SeriesChange) => Promise<UpsertResult>;

/** What is stored of a series, as it was read once, and what a change makes of it. */
export class Edit implements SeriesEdit {
  readonly #tables: Tables;
  readonly #commit: CommitEdit;
  readonly #series: Series;
  /** Undefined once it is known to be the past. */
  #read: SeriesRead | undefined;
  readonly content: SeriesEdit['content'];
  readonly actions: ActionBook;

  constructor(tables: Tables, commit: CommitEdit, series: Series, read: SeriesRead) {
    this.#tables = tables;
    this.#commit = commit;
    this.#series = series;
    this.#read = read;
    this.content = contentOf(read);
    this.actions = read.book.book;
  }

  commit: SeriesEdit['commit'] = (change) => this.#tables.usable(() => this.#commit(this, change));

  /** What comes of a change. Throws for what is no update, and where nothing can be read. */
  async plan({ actions, bars }: SeriesChange): Promise<SeriesWrite> {
    const update = bars && { ...bars, series: this.#series };
    const read = await this.#readFor(update);
    const book = actions && changedBook(this.#series.ticker, read.book, actions);
    if (update === undefined) {
      const revisions = { series: this.#series, added: [] };
      return { book, parts: [], rows: [], revisions, result: NOTHING_CHANGED };
    }
    return { book, ...planUpsert(update, read) };
  }

  /** What was read does not count any more: it was written, or somebody else did. */
  forgetRead(): void {
    this.#read = undefined;
  }

  get ticker(): string {
    return this.#series.ticker;
  }

  /** Forgets what was read where the ticker's corporate actions have another version than that. */
  compare(version: string | undefined): void {
    if (this.#read?.book.version !== version) this.forgetRead();
  }

  async #readFor(update: SeriesUpdate | undefined): Promise<SeriesRead> {
    const days = update && daysOf(update);
    const { all, bars } = days ?? { all: NO_DAYS, bars: NO_DAYS };
    const known = this.#read;
    if (
      known !== undefined &&
      (days === undefined || (isWithin(all, known.range) && isWithin(bars, known.barsOf)))
    )
      return known;
    return (this.#read = await readWritten(this.#tables, this.#series, all, bars));
  }
}

const NO_DAYS: DayRange = { from: 0, to: 0 };

function isWithin(part: DayRange, whole: DayRange): boolean {
  return part.from >= whole.from && part.to <= whole.to;
}

export async function editSeries(
  tables: Tables,
  commit: CommitEdit,
  series: Series,
  range: DayRange,
): Promise<SeriesEdit> {
  return new Edit(tables, commit, series, await readWritten(tables, series, range));
}

/** Throws `store-corrupt` where it is not as it was written. */
async function readWritten(
  tables: Tables,
  series: Series,
  range: DayRange,
  barsOf?: DayRange,
): Promise<SeriesRead> {
  const read = await tables.readSeries(series, range, barsOf);
  assertAsWritten(series, read, tables.url);
  return read;
}

/** An update of a series that nobody has read yet. */
export async function upsertSeries(
  tables: Tables,
  commit: CommitEdit,
  update: SeriesUpdate,
): Promise<UpsertResult> {
  const { all, bars } = daysOf(update) ?? { all: NO_DAYS, bars: NO_DAYS };
  const read = await readWritten(tables, update.series, all, bars);
  return new Edit(tables, commit, update.series, read).commit({ bars: update });
}

/**
 * One change in a transaction of its own. Where no update can be made of the bars, what the change says of corporate actions
 * counts all the same: they are told apart from the bars.
 */
export function commitOne(tables: Tables, edit: Edit, change: SeriesChange): Promise<UpsertResult> {
  return untilUndisturbed(async () => {
    let write: SeriesWrite;
    if (change.actions !== undefined) await refresh(tables, [edit]);
    try {
      write = await edit.plan(change);
    } catch (error) {
      if (!(error instanceof BackfillError) || error.code !== 'internal' || change.actions === undefined)
        throw error;
      await commitOne(tables, edit, { actions: change.actions });
      throw error;
    }
    await put(tables, [{ edit, write }]);
    return write.result;
  });
}

/** Looks whether somebody else has written the corporate actions that these were read with: a change is made of what is there. */
async function refresh(tables: Tables, edits: readonly Edit[]): Promise<void> {
  const versions = await tables.bookVersions(edits.map(({ ticker }) => ticker));
  for (const edit of edits) edit.compare(versions.get(edit.ticker));
}

interface Planned {
  readonly edit: Edit;
  readonly write: SeriesWrite;
}

async function put(tables: Tables, planned: readonly Planned[]): Promise<void> {
  try {
    const writes = planned.map(({ write }) => write).filter(isAnything);
    if (writes.length > 0) await tables.write(writes);
  } finally {
    for (const { edit } of planned) edit.forgetRead();
  }
}

function isAnything({ book, parts }: SeriesWrite): boolean {
  return book !== undefined || parts.length > 0;
}

/** Rows and series that go into one transaction. */
const MOST_ROWS = 50_000;
const MOST_SERIES = 500;

/** What becomes of one that was read here. */
export interface EditCommit extends SeriesCommit {
  readonly edit: Edit;
}

/** Many changes, each of another ticker, many to a transaction; where that fails, each in one of its own. */
export async function commitTogether(
  tables: Tables,
  commits: readonly EditCommit[],
): Promise<PromiseSettledResult<UpsertResult>[]> {
  const results: PromiseSettledResult<UpsertResult>[] = [];
  let batch: (Planned & { readonly at: number })[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    const now = batch;
    [batch, rows] = [[], 0];
    if (now.length === 0) return;
    const isDone = now.length > 1 && (await isPut(tables, now));
    for (const { at, edit, write } of now) {
      const { change } = commits[at] as EditCommit;
      results[at] = isDone
        ? { status: 'fulfilled', value: write.result }
        : await settled(commitOne(tables, edit, change));
    }
  };
  await refresh(
    tables,
    commits.map(({ edit }) => edit),
  );
  for (const [at, { edit, change }] of commits.entries()) {
    // Of a wrong one the reason comes out where it is committed alone.
    const write = await edit.plan(change).catch(() => undefined);
    if (write === undefined) {
      results[at] = await settled(commitOne(tables, edit, change));
      continue;
    }
    batch.push({ at, edit, write });
    rows += write.rows.reduce((sum, { bars }) => sum + bars.length, 0);
    if (rows >= MOST_ROWS || batch.length >= MOST_SERIES) await flush();
  }
  await flush();
  return results;
}

/** Whether all of them were written together. Why not shows where each is committed alone. */
async function isPut(tables: Tables, planned: readonly Planned[]): Promise<boolean> {
  try {
    await put(tables, planned);
    return true;
  } catch {
    return false;
  }
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await work };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
