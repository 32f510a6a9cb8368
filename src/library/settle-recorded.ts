import { type Bar, type Revision, seriesKey } from '../core/bars/bars.ts';
import { NO_BARS } from '../core/bars/columns.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { lastEmitted, RECORDED, reconcile, untold } from '../core/bars/recorded.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import { BackfillError } from '../core/errors.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import { contains, span } from '../core/session/ranges.ts';
import { eachBounded } from '../store/bounded.ts';
import { isDamagedRecord } from '../store/live-record.ts';
import type { Scan, SeriesState, SetAside } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import { setAsideDamaged } from './damaged-records.ts';
import { finalDays } from './final-days.ts';
import type { RecordedBars, RecordedSeries } from './recorded-bars.ts';

/** Whether a recorded bar is taken in: what there is to know of it is stored. */
type IsTaken = (bar: Bar) => boolean;

/**
 * Lets go of live bars of sessions that are final now, as the one writer: where they differ from the final ones, revisions are
 * stored first. What is left is kept. Cut off, it is done again, to the same end; what cannot be done now the next writer does.
 */
export class RecordedSettling {
  readonly #store: BarStore;
  readonly #recorded: RecordedBars;
  /** ms since the epoch. */
  readonly #clock: () => number;
  /** By `seriesKey`, sessions that were final when all that had been recorded was taken in: what comes now comes later. */
  readonly #final = new Map<string, readonly DayRange[]>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: BarStore, recorded: RecordedBars, clock: () => number) {
    this.#store = store;
    this.#recorded = recorded;
    this.#clock = clock;
  }

  /**
   * Before a run fetches anything of some tickers, of which it has a scan: a final bar that it fetches again is as old as it
   * was. Gives the documents that are damaged, which are out of the way then.
   */
  begin({ series }: Scan, tickers: ReadonlySet<string>): Promise<readonly SetAside[]> {
    return this.#inTurn(async () => {
      const aside = await setAsideDamaged(this.#store, this.#recorded);
      await this.#settle(tickers);
      for (const [key, state] of series)
        if (tickers.has(state.series.ticker)) this.#final.set(key, finalDays(state, this.#clock()));
      return aside;
    });
  }

  /** Once nobody here writes any more. */
  end(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#settle();
      this.#final.clear();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #settle(tickers?: ReadonlySet<string>): Promise<void> {
    try {
      const documents = await this.#recorded.documents();
      if (documents.size === 0) return;
      const all = [...(await this.#recorded.all()).values()];
      const taken = await this.#take(all.filter(({ series }) => tickers?.has(series.ticker) !== false));
      const record = this.#store.liveRecord;
      for (const [name, bars] of documents) {
        // Of a damaged one the next run tells.
        if (isDamagedRecord(bars)) continue;
        const left = bars.filter(({ series, bar }) => taken.get(seriesKey(series))?.(bar) !== true);
        if (left.length === bars.length) continue;
        if (left.length > 0) await record.keep(`${name}~`, left);
        await record.drop(name);
      }
    } catch (error) {
      if (!(error instanceof BackfillError)) throw error;
    }
  }

  async #take(meant: readonly RecordedSeries[]): Promise<ReadonlyMap<string, IsTaken>> {
    const taken = new Map<string, IsTaken>();
    if (meant.length === 0) return taken;
    const tickers = [...new Set(meant.map(({ series }) => series.ticker))];
    const scan = await this.#store.scan({ tickers });
    await eachBounded(meant, async (one) => {
      const key = seriesKey(one.series);
      const state = scan.series.get(key);
      if (state === undefined) return;
      const isTaken = await takeIn(this.#store, one, state, this.#clock(), this.#final.get(key) ?? []);
      if (isTaken !== undefined) taken.set(key, isTaken);
    });
    return taken;
  }
}

/**
 * Undefined where nothing of a series is final, or it cannot be read or written now. `before`: sessions that were final before
 * the bars were recorded.
 */
async function takeIn(
  store: BarStore,
  { series, bars }: RecordedSeries,
  state: SeriesState,
  now: number,
  before: readonly DayRange[],
): Promise<IsTaken | undefined> {
  const dayOf = sessionDateOf(series.interval, calendarById(state.calendar));
  const final = finalDays(state, now);
  const isTaken: IsTaken = ({ ts }) => contains(final, dayOf(ts));
  const emitted = bars.filter(isTaken);
  if (emitted.length === 0) return undefined;
  try {
    const last = lastEmitted(untold(emitted, await store.readRevisions(series)));
    const stored = await store.readBars(series, daysOf(emitted, dayOf));
    const { revised, late, strange } = reconcile(last.bars, stored, ({ ts }) => contains(before, dayOf(ts)));
    await addRevisions(store, state, [...last.revised, ...revised], now);
    const rows = [...rejected(strange, STRANGE), ...rejected(late, LATE)];
    if (rows.length > 0) await store.quarantine(series, rows, RECORDED, now);
    return isTaken;
  } catch (error) {
    if (error instanceof BackfillError && error.scope === 'series') return undefined;
    throw error;
  }
}

function daysOf(bars: readonly Bar[], dayOf: (ts: number) => Day): { from: Day; to: Day } | undefined {
  return span(bars.map(({ ts }) => ({ from: dayOf(ts), to: dayOf(ts) + 1 })));
}

const STRANGE = 'recorded live, and the final bars of its session have none of then';
const LATE = 'recorded live after its final bar, which has not this vwap or number of trades';

function rejected(rows: readonly Bar[], reason: string): { row: Bar; reason: string }[] {
  return rows.map((row) => ({ row, reason }));
}

async function addRevisions(
  store: BarStore,
  { series, calendar, identity, fetchedAt }: SeriesState,
  stayed: readonly Revision[],
  now: number,
): Promise<void> {
  if (stayed.length === 0) return;
  await store.upsert({
    ...{ series, calendar, identity, stayed, bars: NO_BARS, learned: NOTHING_KNOWN },
    fetchedAt: fetchedAt ?? now,
  });
}
