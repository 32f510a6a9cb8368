import type { ActionBook } from '../../core/actions/action-book.ts';
import type { Series } from '../../core/bars/bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { untilUndisturbed } from '../parquet/files/blobs.ts';
import type { SeriesChange, SeriesCommit, SeriesEdit, SeriesUpdate, UpsertResult } from '../store.ts';
import { changedBook } from './books.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import { contentOf, readSeries, type SeriesRead } from './read.ts';
import { daysOf, NOTHING_CHANGED, planUpsert, putAll, type SeriesWrite } from './upsert.ts';

/** Runs what writes in one transaction, under the lease of the store. */
export type Writing = <T>(work: (client: Client) => Promise<T>) => Promise<T>;

/** What is stored of a series, as it was read once, and what a change makes of it. */
class Edit implements SeriesEdit {
  readonly #db: Database;
  readonly #writing: Writing;
  readonly #series: Series;
  /** Undefined once it is known to be the past. */
  #read: SeriesRead | undefined;
  readonly content: SeriesEdit['content'];
  readonly actions: ActionBook;

  constructor(db: Database, writing: Writing, series: Series, read: SeriesRead) {
    this.#db = db;
    this.#writing = writing;
    this.#series = series;
    this.#read = read;
    this.content = contentOf(read);
    this.actions = read.book.book;
  }

  commit: SeriesEdit['commit'] = (change) =>
    this.#db.usable(() => commitOne(this.#db, this.#writing, this, change));

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
    return (this.#read = await readSeries(this.#db, this.#series, all, bars));
  }
}

const NO_DAYS: DayRange = { from: 0, to: 0 };

function isWithin(part: DayRange, whole: DayRange): boolean {
  return part.from >= whole.from && part.to <= whole.to;
}

export async function editSeries(
  db: Database,
  writing: Writing,
  series: Series,
  range: DayRange,
): Promise<SeriesEdit> {
  return new Edit(db, writing, series, await readSeries(db, series, range));
}

/** An update of a series that nobody has read yet. */
export async function upsertSeries(
  db: Database,
  writing: Writing,
  update: SeriesUpdate,
): Promise<UpsertResult> {
  const { all, bars } = daysOf(update) ?? { all: NO_DAYS, bars: NO_DAYS };
  const read = await readSeries(db, update.series, all, bars);
  return new Edit(db, writing, update.series, read).commit({ bars: update });
}

/**
 * One change in a transaction of its own. Where no update can be made of the bars, what the change says of corporate actions
 * counts all the same: they are told apart from the bars.
 */
function commitOne(db: Database, writing: Writing, edit: Edit, change: SeriesChange): Promise<UpsertResult> {
  return untilUndisturbed(async () => {
    let write: SeriesWrite;
    if (change.actions !== undefined) await refresh(db, [edit]);
    try {
      write = await edit.plan(change);
    } catch (error) {
      if (!(error instanceof BackfillError) || error.code !== 'internal' || change.actions === undefined)
        throw error;
      await commitOne(db, writing, edit, { actions: change.actions });
      throw error;
    }
    await put(writing, [{ edit, write }]);
    return write.result;
  });
}

/** Looks whether somebody else has written the corporate actions that these were read with: a change is made of what is there. */
async function refresh(db: Database, edits: readonly Edit[]): Promise<void> {
  const rows = await db.read(
    'SELECT ticker, version::text AS version FROM backfill_books WHERE ticker = ANY ($1)',
    [edits.map(({ ticker }) => ticker)],
  );
  const versions = new Map(rows.map((row) => [String(row['ticker']), String(row['version'])]));
  for (const edit of edits) edit.compare(versions.get(edit.ticker));
}

interface Planned {
  readonly edit: Edit;
  readonly write: SeriesWrite;
}

async function put(writing: Writing, planned: readonly Planned[]): Promise<void> {
  try {
    const writes = planned.map(({ write }) => write).filter(isAnything);
    if (writes.length > 0) await writing((client) => putAll(client, writes));
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

/** Many changes, many to a transaction; where that fails, each in one of its own. */
export async function commitAll(
  db: Database,
  writing: Writing,
  commits: readonly SeriesCommit[],
): Promise<PromiseSettledResult<UpsertResult>[]> {
  const results: PromiseSettledResult<UpsertResult>[] = [];
  let batch: (Planned & { readonly at: number })[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    const now = batch;
    [batch, rows] = [[], 0];
    if (now.length === 0) return;
    const isDone = now.length > 1 && (await isPut(writing, now));
    for (const { at, edit, write } of now) {
      const { change } = commits[at] as SeriesCommit;
      results[at] = isDone
        ? { status: 'fulfilled', value: write.result }
        : await settled(edit.commit(change));
    }
  };
  await refresh(db, commits.map(({ edit }) => edit).filter(isOurs));
  for (const [at, { edit, change }] of commits.entries()) {
    // Of a wrong one the reason comes out where it is committed alone.
    const write = isOurs(edit) ? await edit.plan(change).catch(() => undefined) : undefined;
    if (write === undefined || !isOurs(edit)) {
      results[at] = await settled(edit.commit(change));
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
async function isPut(writing: Writing, planned: readonly Planned[]): Promise<boolean> {
  try {
    await put(writing, planned);
    return true;
  } catch {
    return false;
  }
}

function isOurs(edit: SeriesEdit): edit is Edit {
  return edit instanceof Edit;
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await work };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
