import { resolve } from 'node:path';
import type { Bar, CorporateAction, Series } from '../../core/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/day.ts';
import { periodRange, sessionDateOf } from '../../core/partition.ts';
import type { BarStore, RejectedRow, Scan, ScanOptions, SeriesUpdate, UpsertResult } from '../store.ts';
import { mergeActions, readActionsFile } from './actions.ts';
import { commitFolder, type CommitFs } from './commit.ts';
import { asUnusable, DISK } from './disk.ts';
import { forgetRange } from './forget.ts';
import { lockStore } from './lock.ts';
import { readPartition } from './partition-file.ts';
import { keepRejected } from './quarantine.ts';
import { readUniverseFile, saveRunRecord } from './records.ts';
import { scanStore } from './scan.ts';
import { sweepTemps } from './sweep.ts';
import { upsertSeries } from './upsert.ts';
import { partitionsOf } from './walk.ts';

/**
 * A store of Parquet files below a folder (see `layout.ts`), which need not exist: the first write creates it.
 * Nothing is read or written before the first call. Threads that work on one store each open it for themselves.
 */
export function openParquetStore(root: string, fs: CommitFs = DISK): BarStore {
  return new ParquetStore(resolve(root), fs);
}

class ParquetStore implements BarStore {
  readonly url: string;
  readonly #fs: CommitFs;
  #isWriter = false;

  constructor(root: string, fs: CommitFs) {
    this.url = root;
    this.#fs = fs;
  }

  acquire(): Promise<{ release(): Promise<void> }> {
    return this.#usable(async () => {
      await commitFolder(this.#fs, this.url);
      const unlock = await lockStore(this.url);
      this.#isWriter = true;
      const release = async (): Promise<void> => {
        if (!this.#isWriter) return;
        this.#isWriter = false;
        unlock();
      };
      try {
        await sweepTemps(this.#fs, this.url);
      } catch (error) {
        await release();
        throw error;
      }
      return { release };
    });
  }

  scan(options: ScanOptions = {}): Promise<Scan> {
    return this.#usable(() => scanStore(this.#fs, this.url, options, this.#isWriter));
  }

  upsert(update: SeriesUpdate): Promise<UpsertResult> {
    return this.#usable(() => upsertSeries(this.#fs, this.url, update));
  }

  readBars(series: Series, range: DayRange = periodRange('all')): Promise<Bar[]> {
    return this.#usable(async () => {
      const bars: Bar[] = [];
      for (const partition of await partitionsOf(this.url, series, range)) {
        const content = await readPartition(this.url, partition);
        if (content === undefined) continue;
        const dayOf = sessionDateOf(series.interval, calendarById(content.knowledge.calendar));
        for (const bar of content.bars) {
          const day = dayOf(bar.ts);
          if (range.from <= day && day < range.to) bars.push(bar);
        }
      }
      return bars;
    });
  }

  forget(series: Series, range: DayRange = periodRange('all')): Promise<number> {
    return this.#usable(() => forgetRange(this.#fs, this.url, series, range));
  }

  readActions(ticker: string): Promise<CorporateAction[]> {
    return this.#usable(async () => {
      const { rows } = await readActionsFile(this.url, ticker);
      return rows.map(({ action }) => action);
    });
  }

  upsertActions(
    ticker: string,
    actions: readonly CorporateAction[],
    covered: DayRange,
    source: string,
    fetchedAt: number,
  ): Promise<void> {
    const answer = { actions, covered, source, fetchedAt };
    return this.#usable(() => mergeActions(this.#fs, this.url, ticker, answer));
  }

  quarantine(series: Series, rows: readonly RejectedRow[], source: string, fetchedAt: number): Promise<void> {
    return this.#usable(() => keepRejected(this.#fs, this.url, series, rows, source, fetchedAt));
  }

  readUniverse(name: string): Promise<readonly string[] | undefined> {
    return this.#usable(() => readUniverseFile(this.url, name));
  }

  saveRun(startedAt: number, record: object): Promise<string> {
    return this.#usable(() => saveRunRecord(this.#fs, this.url, startedAt, record));
  }

  /** Turns what the file system says into `store-unusable`. */
  async #usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asUnusable(this.url, error);
    }
  }
}
