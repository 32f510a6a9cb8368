import type { Split } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import type { Damage, Examination, ExamineOptions } from '../../damage.ts';
import type { SetAside } from '../../scan.ts';
import { readBookFile } from '../beside/action-file.ts';
import type { Blobs } from '../files/blobs.ts';
import { OWN_TROUBLE, troubleText } from '../files/trouble.ts';
import { errno } from '../files/absent.ts';
import type { Kind } from '../files/kind.ts';
import { assertApart } from '../files/nested.ts';
import { LOCK_FILE, type Partition, QUARANTINE } from '../files/layout.ts';
import { type BarsExam, examineBars } from './examine-bars.ts';
import { examineOther } from './examine-others.ts';
import type { Finding } from './finding.ts';
import { lookUntilStill } from './look.ts';
import { dataFileAt, ownerOf } from '../files/data-paths.ts';
import { readDamageNotes } from '../partition/damage-notes.ts';
import { openScanCache, type ScanCache } from '../partition/scan-cache.ts';
import { vanishedFiles } from '../beside/vanished.ts';
import { scanStore } from '../scan.ts';
import { damagedAmong } from '../sql/view-files.ts';
import { mendOther, moveAside, rewrite } from './mend.ts';
import { type Found, walkAll } from './walk-all.ts';
import { SameSeries } from './same-series.ts';
import { isTempInUse, mayBeWritten } from './writer-at-work.ts';

/**
 * Reads everything of a store and says what is damaged; with `fix` it mends what it can, as its one writer. One file is
 * in memory at a time. Throws `store-unusable` if there is no store, and `store-locked` like `acquire`.
 */
export async function examineStore(blobs: Blobs, options: ExamineOptions): Promise<Examination> {
  if ((await blobs.kind('')) === undefined)
    throw new BackfillError('store-unusable', `there is no store at ${blobs.url}`);
  if (options.fix !== true) return new Examiner(blobs, options).run();
  await assertApart(blobs);
  const cleared = await clearLock(blobs);
  // What a dead writer left it names only: that the next writer sweeps.
  const lock = await blobs.lock(false);
  try {
    const { damages, ...examined } = await new Examiner(blobs, options).run();
    return { ...examined, damages: inOrder([...cleared, ...damages]) };
  } finally {
    await lock.free(true);
  }
}

/** Moves what lies where the lock belongs: nobody can hold that one. First what is in the way of the quarantine. */
async function clearLock(blobs: Blobs): Promise<Damage[]> {
  const damages: Damage[] = [];
  const isInTheWay = async (path: string, meant: Kind): Promise<boolean> =>
    ![undefined, meant].includes(await blobs.kind(path));
  if (!(await isInTheWay(LOCK_FILE, 'file'))) return [];
  for await (const found of walkAll(blobs)) {
    const isFirst = found.path === QUARANTINE || found.path.startsWith(`${QUARANTINE}/`);
    if (!isFirst && found.path !== LOCK_FILE) break;
    for (const finding of await examineOther(blobs, found))
      damages.push({
        ...{ path: found.path, ...finding },
        mended: finding.mendable && (await moveAside(blobs, found.path)),
      });
  }
  return damages;
}

function inOrder(damages: readonly Damage[]): Damage[] {
  return damages.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

class Examiner {
  readonly #blobs: Blobs;
  readonly #options: ExamineOptions;
  readonly #damages: Damage[] = [];
  readonly #same = new SameSeries();
  #splits: { readonly ticker: string; readonly splits: readonly Split[] } | undefined;
  #partitions = 0;
  #rows = 0;
  #wholeAnswers = 0;

  constructor(blobs: Blobs, options: ExamineOptions) {
    this.#blobs = blobs;
    this.#options = options;
  }

  async run(): Promise<Examination> {
    for await (const found of walkAll(await this.#blobs.survey(Number.POSITIVE_INFINITY))) {
      try {
        if (found.is === 'bars') await this.#bars(found.path, found.partition);
        else await this.#other(found);
      } catch (error) {
        if (!OWN_TROUBLE.has(errno(error))) throw error;
        const what = troubleText(error);
        this.#damages.push({ path: found.path, ...CLOSED, what, mended: false });
      }
    }
    for (const { path, reason, ticker } of await lostIn(this.#blobs))
      if (!this.#damages.some((damage) => damage.path === path))
        this.#damages.push({ path, ...lostOf(ticker), what: reason, mended: false });
    const staged = this.#wholeAnswers;
    return {
      ...{ partitions: this.#partitions, rows: this.#rows, damages: inOrder(this.#damages) },
      ...(staged > 0 && { staged }),
    };
  }

  async #bars(path: string, partition: Partition): Promise<void> {
    const splits = await this.#splitsOf(partition.series.ticker);
    const look = async (): Promise<BarsExam | undefined> => {
      const file = await this.#blobs.read(path);
      return file && examineBars(partition, file, splits);
    };
    const exam = await lookUntilStill(
      this.#blobs,
      path,
      look,
      (result) => (result?.findings.length ?? 0) > 0,
    );
    if (exam === undefined) return;
    this.#partitions++;
    this.#rows += exam.rows;
    for (const finding of this.#same.note(path, partition, exam)) this.#report(path, [finding], false);
    if (exam.findings.length === 0) return;
    const mended = this.#options.fix === true && (await this.#mendBars(path, partition, exam.repair, look));
    if (!mended) await this.#noteDamage(path);
    this.#report(path, exam.findings, mended);
  }

  async #mendBars(
    path: string,
    partition: Partition,
    repair: BarsExam['repair'],
    look: () => Promise<BarsExam | undefined>,
  ): Promise<boolean> {
    if (repair === undefined) return false;
    if (repair === 'move') return moveAside(this.#blobs, path);
    await rewrite(this.#blobs, partition, repair, this.#options.now);
    return (await look())?.findings.length === 0;
  }

  async #other(found: Found): Promise<void> {
    const isBegun = found.is === 'temp' || found.is === 'forgotten';
    if (isBegun && this.#options.fix !== true && (await mayBeWritten(this.#blobs))) return;
    if (found.is === 'temp' && (await isTempInUse(this.#blobs, found.path))) return;
    const look = (): Promise<Finding[]> => examineOther(this.#blobs, found);
    const findings = await lookUntilStill(this.#blobs, found.path, look, (result) => result.length > 0);
    const gone = !isHere(found, findings) && (await this.#blobs.written(found.path)) === undefined;
    if (found.is === 'staged' && findings.length === 0 && !gone) this.#wholeAnswers++;
    if (findings.length === 0 || gone) return;
    const fix = this.#options.fix === true && findings.every(({ mendable }) => mendable);
    const mended = fix && (await mendOther(this.#blobs, found, findings));
    if (!mended) await this.#noteDamage(found.path);
    this.#report(found.path, findings, mended);
  }

  /** Stored splits of a ticker; none if they cannot be read, which is reported with their own file. */
  async #splitsOf(ticker: string): Promise<readonly Split[]> {
    if (this.#splits?.ticker === ticker) return this.#splits.splits;
    const splits: Split[] = [];
    try {
      for (const { action } of (await readBookFile(this.#blobs, ticker)).book.entries)
        if (action.kind === 'split' && action.ratio > 0) splits.push(action);
    } catch (error) {
      if (!(error instanceof BackfillError) && errno(error) === undefined) throw error;
    }
    this.#splits = { ticker, splits };
    return splits;
  }

  /** What a reader would refuse, he need not find again. */
  async #noteDamage(path: string): Promise<void> {
    const file = dataFileAt(path);
    if (file !== undefined) await damagedAmong(this.#blobs, [file]);
  }

  #report(path: string, findings: readonly Finding[], mended: boolean): void {
    for (const finding of findings) this.#damages.push({ path, ...finding, mended });
  }
}

/** Whether what was found needs no second look: something strange that nothing can be read of, or another store. */
function isHere(found: Found, findings: readonly Finding[]): boolean {
  if (found.is === 'foreign-folder') return findings.every(({ mendable }) => !mendable);
  return found.is === 'foreign-file' || found.is === 'inner-store';
}

/** What was set aside before or is gone, and is not all known again. */
async function lostIn(blobs: Blobs): Promise<readonly SetAside[]> {
  const notes = await readDamageNotes(blobs);
  const cache = await openScanCache(blobs, Number.POSITIVE_INFINITY);
  const gone = cache && (await vanishedFiles(blobs, {}, { cache, seen: cache.noneSeen(), notes }, false));
  const files = [...(await notes.losses()), ...(gone ?? [])];
  if (files.length === 0) return [];
  const tickers = [...new Set(files.map(({ file }) => ownerOf(file).ticker))];
  const openCache = (): Promise<ScanCache | undefined> => openScanCache(blobs, Number.POSITIVE_INFINITY);
  const { lost = [] } = await scanStore(blobs, { tickers }, { mayMove: false, openCache });
  return lost;
}

function lostOf(ticker: string) {
  const mend = `nothing; the next backfill of ${ticker} asks for it again, or backfill forget ${ticker} gives it up`;
  return { kind: 'lost', mend, mendable: false } as const;
}

const CLOSED = {
  kind: 'unreadable',
  mend: 'nothing; give the user who runs this the right to read it',
  mendable: false,
} as const;
