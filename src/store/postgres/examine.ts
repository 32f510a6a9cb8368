import type { Split } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
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
import { BAR_ARRAYS, barsIn, putBars } from './bars.ts';
import { bookColumn, bookRow, putBook } from './books.ts';
import type { Database } from './database.ts';
import { Documents } from './documents.ts';
import type { Writing } from './edit.ts';
import { takeLease, writing } from './lease.ts';
import { holdParts, IN_PERIOD, partitionOfRow, placeOf, putParts, sessionBounds } from './parts.ts';
import { sessionDaysOf } from './upsert.ts';

/**
 * Reads everything and says what is damaged: rows that no market can have printed, or that lie where none can, and what is known
 * of other rows than there are. That a disk gives back other bytes than it was given is the server's to notice. With `fix` it
 * mends what it can, as the one writer.
 */
export async function examineTables(
  db: Database,
  documents: Documents,
  options: ExamineOptions,
): Promise<Examination> {
  if (!(await db.isThere()))
    throw new BackfillError('store-unusable', `there is no store at ${db.place.shown}`);
  if (options.fix !== true) return new Examiner(db, documents, options).run();
  const lease = await takeLease(db);
  try {
    const asWriter: Writing = (work) => writing(db, lease.token, work);
    return await new Examiner(db, new Documents(db, asWriter), options, asWriter).run();
  } finally {
    await lease.free();
  }
}

class Examiner {
  readonly #db: Database;
  readonly #documents: Documents;
  readonly #now: number;
  /** Undefined: nothing is mended. */
  readonly #writing: Writing | undefined;
  readonly #damages: Damage[] = [];
  readonly #same = new SameSeries();
  #partitions = 0;
  #rows = 0;

  constructor(db: Database, documents: Documents, { now }: ExamineOptions, asWriter?: Writing) {
    this.#db = db;
    this.#documents = documents;
    this.#now = now;
    this.#writing = asWriter;
  }

  async run(): Promise<Examination> {
    const splits = await this.#books();
    const parts = await this.#db.read('SELECT ticker, interval, period FROM backfill_parts ORDER BY 1, 2, 3');
    for (const row of parts) {
      const partition = partitionOfRow(row);
      await this.#bars(partition, splits.get(partition.series.ticker) ?? []);
    }
    await this.#unknownRows();
    const staged = await this.#others();
    const damages = this.#damages.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    return { partitions: this.#partitions, rows: this.#rows, damages, ...(staged > 0 && { staged }) };
  }

  /** Looks at what is known of splits and dividends. Gives the splits, by ticker. */
  async #books(): Promise<Map<string, Split[]>> {
    const splits = new Map<string, Split[]>();
    const rows = await this.#db.read(
      `SELECT ticker, ${bookColumn('b.ticker')} AS book FROM backfill_books AS b ORDER BY ticker`,
    );
    for (const row of rows) {
      const { ticker, read } = bookRow(row);
      const { book, doubt } = read;
      splits.set(
        ticker,
        book.entries.flatMap(({ action }) => (action.kind === 'split' && action.ratio > 0 ? [action] : [])),
      );
      const findings =
        doubt === undefined ? repeatedSplits(ticker, book) : [{ ...editedFinding(KEEPS), what: doubt }];
      const isMended = doubt !== undefined && this.#writing !== undefined;
      if (isMended) await this.#writing((client) => putBook(client, { ticker, book, before: read }));
      this.#report(`actions/${ticker}`, findings, isMended);
    }
    return splits;
  }

  async #bars(partition: Partition, splits: readonly Split[]): Promise<void> {
    const path = placeOf(partition);
    const look = (): ReturnType<typeof examine> => examine(this.#db, partition, splits);
    const exam = await look();
    if (exam === undefined) return;
    this.#partitions++;
    this.#rows += exam.rows;
    for (const finding of this.#same.note(path, partition, exam)) this.#report(path, [finding], false);
    if (exam.findings.length === 0) return;
    const { repair, version } = exam;
    let isMended = false;
    if (this.#writing !== undefined && repair !== undefined && repair !== 'move') {
      await keepRemoved(this.#documents, partition, repair.removed, this.#now);
      await mend(this.#writing, partition, version, repair);
      isMended = (await look())?.findings.length === 0;
    }
    this.#report(path, exam.findings, isMended);
  }

  /** Rows of which nothing is known: another hand put them there. */
  async #unknownRows(): Promise<void> {
    const rows = await this.#db.read(
      `SELECT ticker, interval, count(*)::text AS rows, sum(CASE WHEN EXISTS (SELECT FROM backfill_parts AS p
         WHERE p.ticker = b.ticker AND p.interval = b.interval AND p.period IN ('all', to_char(b.session, 'YYYY'), to_char(b.session, 'YYYY-MM'))
       ) THEN 0 ELSE 1 END)::text AS unknown FROM bars AS b GROUP BY ticker, interval`,
    );
    for (const { ticker, interval, unknown } of rows)
      if (Number(unknown) > 0)
        this.#report(
          `bars/${String(interval)}/${String(ticker)}`,
          [unknownFinding(Number(unknown), String(ticker))],
          false,
        );
  }

  /** Everything that is no table. Gives the number of whole answers in staging. */
  async #others(): Promise<number> {
    let staged = 0;
    for await (const found of walkAll(this.#documents)) {
      const findings = await examineOther(this.#documents, found);
      if (found.is === 'staged' && findings.length === 0) staged++;
      if (findings.length === 0) continue;
      const mayMend = this.#writing !== undefined && findings.every(({ mendable }) => mendable);
      this.#report(found.path, findings, mayMend && (await mendOther(this.#documents, found, findings)));
    }
    return staged;
  }

  #report(path: string, findings: readonly Finding[], mended: boolean): void {
    for (const finding of findings) this.#damages.push({ path, ...finding, mended });
  }
}

const KEEPS = 'keeps them, and asks again for which days they are all';

function unknownFinding(rows: number, ticker: string): Finding {
  return {
    kind: 'knowledge-missing',
    what: `${rows} ${rows === 1 ? 'row' : 'rows'} of which nothing is known: another hand put ${rows === 1 ? 'it' : 'them'} there`,
    mend: `nothing; backfill forget ${ticker} removes what is known, DELETE by psql what is not`,
    mendable: false,
  };
}

/** A part as the file that another store would keep it in. */
async function examine(db: Database, partition: Partition, splits: readonly Split[]) {
  const { series, period } = partition;
  const [row] = await db.read(
    `SELECT ${BAR_ARRAYS}, array_agg(b.session::text) AS sessions, (SELECT json_build_array(version::text, known::text) FROM backfill_parts
       WHERE ticker = $1 AND interval = $2 AND period = $7) AS part
     FROM (SELECT * FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD} ORDER BY ts) AS b`,
    [series.ticker, series.interval, ...sessionBounds(periodRange(period)), period],
  );
  if (row === undefined || row['part'] === null) return undefined;
  const [version, known] = row['part'] as [string, string];
  const bars = barsIn(row);
  const exam = await examineBars(partition, bytesAsFile(encodeBars(bars, known)), splits);
  const wrong = misplaced((row['sessions'] ?? []) as string[], partition, bars.ts);
  return {
    ...exam,
    version,
    findings: wrong > 0 && exam.findings.length === 0 ? [sessionFinding(wrong)] : exam.findings,
  };
}

/** Daily rows whose session is not the day of their stamp: by their sessions rows are found. */
function misplaced(sessions: readonly string[], { series }: Partition, ts: Float64Array): number {
  if (series.interval !== '1d') return 0;
  return sessions.filter((day, i) => parseDay(day) !== utcDayOf(ts[i] as number)).length;
}

function sessionFinding(rows: number): Finding {
  return {
    kind: 'outside-period',
    what: `${rows} ${rows === 1 ? 'row has' : 'rows have'} a session that is not that of ts`,
    mend: 'nothing; UPDATE bars SET session = ts::date by psql',
    mendable: false,
  };
}

async function mend(
  write: Writing,
  partition: Partition,
  version: string,
  { content, removed }: Exclude<NonNullable<Awaited<ReturnType<typeof examineBars>>['repair']>, 'move'>,
): Promise<void> {
  const { series } = partition;
  const { bars, knowledge } = content;
  await write(async (client) => {
    const part = {
      ...{ partition, before: version, knowledge, isMarkedAnew: true },
      ...{ rows: bars.length, firstTs: bars.ts.at(0) ?? null, lastTs: bars.ts.at(-1) ?? null },
    };
    await holdParts(client, [part]);
    await client.query(
      'DELETE FROM bars WHERE ticker = $1 AND interval = $2 AND ts = ANY ($3::timestamp[])',
      [
        ...[series.ticker, series.interval],
        removed.map(({ bar }) => new Date(bar.ts).toISOString().replace('Z', '')),
      ],
    );
    await putBars(client, [{ series, bars, sessions: sessionDaysOf(series, bars, knowledge.calendar) }]);
    await putParts(client, [part]);
  });
}
