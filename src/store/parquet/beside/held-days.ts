import type { Coverage } from '../../../core/coverage/coverage.ts';
import { leadingClaim } from '../../../core/coverage/evidence.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { intersect, span, union } from '../../../core/session/ranges.ts';
import { type Footer, readActionsFooter, readFooter } from '../codec/decode.ts';
import { ownEntry } from '../codec/own-entry.ts';
import type { Blobs } from '../files/blobs.ts';
import { dataFileAt } from '../files/data-paths.ts';
import { actionsPath, barsPath, dailyOf, type Partition } from '../files/layout.ts';
import { coverageIn, judgeKnowledge, placeOf } from '../partition/knowledge.ts';
import { Readings, type Said } from '../partition/said.ts';
import { openScanCache, type ScanCache } from '../partition/scan-cache.ts';
import type { Told } from '../partition/told.ts';
import { editionOf } from './action-file.ts';
import { statedActionsDigest, trustedBook } from './actions-knowledge.ts';

/** Ex-dates that were answered for, and the edition of the file that says so. */
interface Answered {
  readonly covered: readonly DayRange[];
  readonly edition: string | undefined;
}

/**
 * What damaged files held: by their own word where that can still be read and nobody changed it, else by what they said
 * when a scan last read them, whatever became of them since.
 */
export class HeldDays {
  readonly #blobs: Blobs;
  readonly #readings = new Readings();
  readonly #told = new Map<string, readonly DayRange[] | undefined>();
  #cache: Promise<ScanCache | undefined> | undefined;

  /** `cache`: what scans knew. Default: it is read from the disk. */
  constructor(blobs: Blobs, cache?: ScanCache) {
    this.#blobs = blobs;
    this.#cache = cache && Promise.resolve(cache);
  }

  /**
   * Of bars: the session dates of which something was known, from the first that had a bar to the last. Of corporate
   * actions: the ex-dates that were answered for. Undefined where nobody knows, and of other files.
   */
  async of(path: string): Promise<readonly DayRange[] | undefined> {
    if (!this.#told.has(path)) this.#told.set(path, await this.#in(path));
    return this.#told.get(path);
  }

  /** What it told when it was asked, by path. */
  get told(): ReadonlyMap<string, readonly DayRange[] | undefined> {
    return this.#told;
  }

  async #in(path: string): Promise<readonly DayRange[] | undefined> {
    const file = dataFileAt(path);
    if (file?.is === 'bars') return this.#inPartition(path, file.partition);
    return file?.is === 'actions' ? this.#inActions(path, file.ticker) : undefined;
  }

  async #inPartition(path: string, partition: Partition): Promise<readonly DayRange[] | undefined> {
    const own = await unlessUnreadable(() =>
      this.#blobs.open(path, async (file) => saidCoverage(partition, await readFooter(file))),
    );
    const coverage = own ?? (await this.#remembered(path, (said) => this.#coverageIn(partition, said)));
    if (coverage !== undefined) return barDays(coverage);
    // Whoever answers with daily bars answers for the actions of the same days.
    const { series } = partition;
    return series.interval === '1d' ? (await this.#answeredOf(series.ticker))?.covered : undefined;
  }

  #coverageIn(partition: Partition, said: Said): Coverage {
    return this.#readings.partition(partition, said).knowledge.coverage;
  }

  async #inActions(path: string, ticker: string): Promise<readonly DayRange[] | undefined> {
    const said =
      (await this.#answeredOf(ticker)) ?? (await this.#remembered(path, (text) => this.#coveredIn(text)));
    const told = await this.#toldOf(ticker);
    const isOfThis = said?.edition === undefined || said.edition === told?.of;
    if (told === undefined || !isOfThis) return said?.covered;
    return union(said?.covered ?? [], told.days);
  }

  /** What a file of corporate actions says of itself. */
  async #answeredOf(ticker: string): Promise<Answered | undefined> {
    return unlessUnreadable(() =>
      this.#blobs.open(actionsPath(ticker), async (file) => {
        const footer = await readActionsFooter(file);
        const { covered, doubt } = trustedBook(ticker, footer);
        const digest = statedActionsDigest(ticker, footer);
        return doubt === undefined ? { covered, edition: digest && editionOf(digest) } : undefined;
      }),
    );
  }

  #coveredIn(said: Said): Answered {
    return { covered: this.#readings.covered(said), edition: said.own };
  }

  /** What daily bars tell of the ticker's corporate actions. */
  async #toldOf(ticker: string): Promise<Told | undefined> {
    const daily = dailyOf(ticker);
    return unlessUnreadable(() =>
      this.#blobs.open(barsPath(daily), async (file) => {
        const word = judgeKnowledge(daily, await readFooter(file));
        return 'known' in word ? word.known.told : undefined;
      }),
    );
  }

  async #remembered<T>(path: string, read: (said: Said) => T): Promise<T | undefined> {
    this.#cache ??= openScanCache(this.#blobs, Number.POSITIVE_INFINITY);
    const said = (await this.#cache)?.lastSaid(path);
    return said && unlessUnreadable(async () => read(said));
  }
}

/**
 * What a footer says of sessions, if nobody changed it, whatever has become of the rows; undefined if it says nothing, or
 * is not believed. Throws for what is malformed, or of another place.
 */
function saidCoverage(partition: Partition, { metadata }: Footer): Coverage | undefined {
  const entry = ownEntry(metadata, placeOf(partition));
  return entry === undefined || entry.seal === 'broken'
    ? undefined
    : coverageIn(partition, entry.json).coverage;
}

/** What is known of sessions before the first bar or after the last is no loss: it is learned again when it is asked for. */
function barDays({ present, absent }: Coverage): DayRange[] {
  const bars = span(present);
  // Nobody could ask for what a plan does not reach.
  const without = absent.filter(({ by }) => leadingClaim(by).reason !== 'plan-limited');
  return bars === undefined ? [] : intersect(union(present, without), [bars]);
}

/** Whatever is wrong with a file that is damaged anyway: then it does not tell. */
async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
