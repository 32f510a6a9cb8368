import type { Split } from '../../core/bars/bars.ts';
import { parseDay, utcDayOf } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Damage, Examination, ExamineOptions } from '../damage.ts';
import { bytesAsFile } from '../parquet/codec/bytes-at.ts';
import { encodeBars } from '../parquet/codec/encode.ts';
import { examineBars } from '../parquet/doctor/examine-bars.ts';
import { examineOther, repeatedSplits } from '../parquet/doctor/examine-others.ts';
import { editedFinding, type Finding } from '../parquet/doctor/finding.ts';
import { keepRemoved, mendOther } from '../parquet/doctor/mend.ts';
import { SameSeries } from '../parquet/doctor/same-series.ts';
import { walkAll } from '../parquet/doctor/walk-all.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { BookWrite } from './books.ts';
import { withChangedRows } from './changed-rows.ts';
import { placeOf } from './parts.ts';
import { NOTHING_CHANGED } from './plan.ts';
import type { Tables, UnknownRows } from './tables.ts';

/**
 * Reads everything and says what is damaged: rows that no market can have printed, or that lie where none can, and what is known
 * of other rows than there are. That a disk gives back other bytes than it was given is the server's to notice. With `fix` it
 * mends what it can, as the one writer.
 */
export async function examineTables(tables: Tables, options: ExamineOptions): Promise<Examination> {
  if (!(await tables.isThere()))
    throw new BackfillError('store-unusable', `there is no store at ${tables.url}`);
  if (options.fix !== true) return new Examiner(tables, options).run();
  const lease = await tables.takeLease();
  try {
    return await new Examiner(tables, options).run();
  } finally {
    await lease.free();
  }
}

class Examiner {
  readonly #tables: Tables;
  readonly #now: number;
  readonly #isMending: boolean;
  readonly #damages: Damage[] = [];
  readonly #same = new SameSeries();
  #partitions = 0;
  #rows = 0;

  constructor(tables: Tables, { now, fix }: ExamineOptions) {
    this.#tables = tables;
    this.#now = now;
    this.#isMending = fix === true;
  }

  async run(): Promise<Examination> {
    const splits = await this.#books();
    for (const partition of await this.#tables.parts())
      await this.#bars(partition, splits.get(partition.series.ticker) ?? []);
    await this.#unknownRows();
    const staged = await this.#others();
    const damages = this.#damages.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    return {
      partitions: this.#partitions,
      rows: this.#rows,
      damages,
      ...(staged > 0 && { staged }),
      keptIn: 'tables',
    };
  }

  /** Looks at what is known of splits and dividends. Gives the splits, by ticker. */
  async #books(): Promise<Map<string, Split[]>> {
    const splits = new Map<string, Split[]>();
    for (const { ticker, read } of await this.#tables.books()) {
      const { book, doubt } = read;
      splits.set(
        ticker,
        book.entries.flatMap(({ action }) => (action.kind === 'split' && action.ratio > 0 ? [action] : [])),
      );
      const findings =
        doubt === undefined ? repeatedSplits(ticker, book) : [{ ...editedFinding(KEEPS), what: doubt }];
      const isMended = doubt !== undefined && this.#isMending;
      if (isMended) await this.#putBook({ ticker, book, before: read });
      this.#report(`actions/${ticker}`, findings, isMended);
    }
    return splits;
  }

  #putBook(book: BookWrite): Promise<void> {
    const revisions = { series: { ticker: book.ticker, interval: '1d' }, added: [] } as const;
    return this.#tables.write([{ book, parts: [], rows: [], revisions, result: NOTHING_CHANGED }]);
  }

  async #bars(partition: Partition, splits: readonly Split[]): Promise<void> {
    const path = placeOf(partition);
    const look = (): ReturnType<typeof examine> => examine(this.#tables, partition, splits);
    const exam = await look();
    if (exam === undefined) return;
    this.#partitions++;
    this.#rows += exam.rows;
    for (const finding of this.#same.note(path, partition, exam)) this.#report(path, [finding], false);
    if (exam.findings.length === 0) return;
    const { repair, version } = exam;
    let isMended = false;
    if (this.#isMending && repair !== undefined && repair !== 'move') {
      await keepRemoved(this.#tables.documents, partition, repair.removed, this.#now);
      await mend(this.#tables, partition, version, repair);
      isMended = (await look())?.findings.length === 0;
    }
    this.#report(path, exam.findings, isMended);
  }

  /** Rows of which nothing is known: another hand put them there. */
  async #unknownRows(): Promise<void> {
    for (const unknown of await this.#tables.unknownRows()) {
      const { ticker, interval } = unknown.series;
      this.#report(
        `bars/${interval}/${ticker}`,
        [unknownFinding(unknown, this.#tables.words.removeRows)],
        false,
      );
    }
  }

  /** Everything that is no table. Gives the number of whole answers in staging. */
  async #others(): Promise<number> {
    let staged = 0;
    for await (const found of walkAll(this.#tables.documents)) {
      const findings = await examineOther(this.#tables.documents, found);
      if (found.is === 'staged' && findings.length === 0) staged++;
      if (findings.length === 0) continue;
      const mayMend = this.#isMending && findings.every(({ mendable }) => mendable);
      this.#report(
        found.path,
        findings,
        mayMend && (await mendOther(this.#tables.documents, found, findings)),
      );
    }
    return staged;
  }

  #report(path: string, findings: readonly Finding[], mended: boolean): void {
    for (const finding of findings) this.#damages.push({ path, ...finding, mended });
  }
}

const KEEPS = 'keeps them, and asks again for which days they are all';

function unknownFinding({ series, rows }: UnknownRows, remove: string): Finding {
  return {
    kind: 'knowledge-missing',
    what: `${rows} ${rows === 1 ? 'row' : 'rows'} of which nothing is known: another hand put ${rows === 1 ? 'it' : 'them'} there`,
    mend: `nothing; backfill forget ${series.ticker} removes what is known, ${remove} what is not`,
    mendable: false,
  };
}

/** A part as the file that another store would keep it in. */
async function examine(tables: Tables, partition: Partition, splits: readonly Split[]) {
  const part = await tables.examined(partition);
  if (part === undefined) return undefined;
  const { version, known, bars, sessions } = part;
  const exam = await examineBars(partition, bytesAsFile(encodeBars(bars, known)), splits);
  const wrong = misplaced(sessions, partition, bars.ts);
  if (wrong > 0 && exam.findings.length === 0)
    return { ...exam, version, findings: [sessionFinding(wrong, tables.words.mendSessions)] };
  if (exam.repair === 'move')
    return { ...exam, version, repair: undefined, findings: exam.findings.map(whatToForget(partition)) };
  const changed = withChangedRows(exam, partition, known, bars);
  return { ...changed, version };
}

/** A file would be moved away as a whole. */
function whatToForget({ series }: Partition): (finding: Finding) => Finding {
  const whatToDo = `nothing; backfill forget ${series.ticker} removes all of it, and the next run fetches it`;
  return (finding) => ({ ...finding, mend: whatToDo, mendable: false });
}

/** Daily rows whose session is not the day of their stamp: by their sessions rows are found. */
function misplaced(sessions: readonly string[], { series }: Partition, ts: Float64Array): number {
  if (series.interval !== '1d') return 0;
  return sessions.filter((day, i) => parseDay(day) !== utcDayOf(ts[i] as number)).length;
}

function sessionFinding(rows: number, how: string): Finding {
  return {
    kind: 'outside-period',
    what: `${rows} ${rows === 1 ? 'row has' : 'rows have'} a session that is not that of ts`,
    mend: `nothing; ${how}`,
    mendable: false,
  };
}

function mend(
  tables: Tables,
  partition: Partition,
  version: string,
  { content, removed }: Exclude<NonNullable<Awaited<ReturnType<typeof examineBars>>['repair']>, 'move'>,
): Promise<void> {
  const { bars, knowledge } = content;
  const part = {
    ...{ partition, before: version, knowledge, isMarkedAnew: true },
    ...{ rows: bars.length, firstTs: bars.ts.at(0) ?? null, lastTs: bars.ts.at(-1) ?? null },
  };
  return tables.mendPart(
    part,
    bars,
    removed.map(({ bar }) => bar.ts),
  );
}
