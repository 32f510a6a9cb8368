import type { Revision } from '../../core/bars/bars.ts';
import { monthMarksOf } from '../../core/bars/month-marks.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { Held, HeldWrite, Holdings, Listed, Place } from '../holdings.ts';
import { copyNotes, listDocuments, readDocument, writeDocuments } from '../parquet/beside/kept-documents.ts';
import { digestOfRevisions } from '../parquet/beside/revisions.ts';
import { heldBars, heldRevisions } from '../parquet/holdings.ts';
import { changedBook, NO_BOOK } from './books.ts';
import { readBook } from './live.ts';
import { type PartWrite, partitionOfRow } from './parts.ts';
import { NOTHING_CHANGED, sessionDaysOf, type SeriesWrite } from './plan.ts';
import { inTheirOrder } from './revisions.ts';
import type { Tables } from './tables.ts';

type HeldBars = Extract<Held, { is: 'bars' }>;

/** What lies in tables, and beside them. */
export function holdingsOf(tables: Tables): Holdings {
  const usable = <T>(work: () => Promise<T>): Promise<T> => tables.usable(work);
  return {
    list: (tickers) => usable(() => listAll(tables, tickers)),
    read: (place) => usable(() => readPlace(tables, place)),
    write: (writes) => usable(() => writeAll(tables, writes)),
    ...copyNotes(tables.documents, usable),
  };
}

async function listAll(tables: Tables, tickers: readonly string[] | undefined): Promise<Listed[]> {
  const isAsked = (ticker: string): boolean => tickers?.includes(ticker) !== false;
  const books = (await tables.bookTickers()).filter(isAsked);
  const versions = await tables.bookVersions(books);
  const revised = (await tables.revisedSeries()).filter(({ ticker }) => isAsked(ticker));
  const listed: Listed[] = [
    ...books.map((ticker): Listed => ({
      place: { is: 'actions', ticker },
      version: versions.get(ticker) ?? '',
    })),
    // Whatever adds to them gives a part another version too.
    ...revised.map((series): Listed => ({ place: { is: 'revisions', series }, version: '' })),
  ];
  for await (const row of tables.partRows(tickers === undefined ? {} : { tickers }))
    listed.push({ place: { is: 'bars', ...partitionOfRow(row) }, version: String(row['version']) });
  return tickers === undefined ? [...listed, ...(await listDocuments(tables.documents))] : listed;
}

async function readPlace(tables: Tables, place: Place): Promise<Held | undefined> {
  switch (place.is) {
    case 'bars': {
      const { parts, bars } = await tables.readSeries(place.series, periodRange(place.period));
      const part = parts.get(place.period);
      return part && heldBars(place, { bars, knowledge: part.knowledge });
    }
    case 'revisions': {
      const kept = await tables.revisions(place.series);
      return heldRevisions(place, inTheirOrder(kept.map(({ revision }) => revision)));
    }
    case 'actions': {
      const { book, version } = await readBook(tables, place.ticker);
      return version === undefined ? undefined : { ...place, book };
    }
    case 'document':
      break;
  }
  return readDocument(tables.documents, place.path);
}

/** What of it is no document goes into one transaction, where the server knows such. */
async function writeAll(tables: Tables, writes: readonly HeldWrite[]): Promise<void> {
  const books = await booksAt(tables, writes);
  const together: SeriesWrite[] = [];
  for (const { held, before } of writes)
    switch (held.is) {
      case 'bars': {
        const part = await partOf(tables, held, before?.is === 'bars' ? before : undefined);
        if (part !== undefined) together.push(part);
        break;
      }
      case 'revisions': {
        const known = new Set((before?.is === 'revisions' ? before.revisions : []).map(textOf));
        const added = held.revisions.filter((revision) => !known.has(textOf(revision)));
        together.push(writeOf({ revisions: { series: held.series, added, isVerbatim: true } }));
        break;
      }
      case 'actions': {
        const { ticker, book } = held;
        const write = changedBook(ticker, books.get(ticker) ?? NO_BOOK, () => book);
        if (write !== undefined) together.push(writeOf({ book: write }));
        break;
      }
      case 'document':
        break;
    }
  if (together.length > 0) await tables.write(together);
  await writeDocuments(tables.documents, writes);
}

async function booksAt(
  tables: Tables,
  writes: readonly HeldWrite[],
): Promise<ReadonlyMap<string, typeof NO_BOOK>> {
  const tickers = writes.flatMap(({ held }) => (held.is === 'actions' ? [held.ticker] : []));
  const books = tickers.length === 0 ? [] : await tables.books(tickers);
  return new Map(books.map(({ ticker, read }) => [ticker, read]));
}

/** What puts a part in place of what is there; undefined where that had rows that go, and it is done. */
async function partOf(
  tables: Tables,
  held: HeldBars,
  before: HeldBars | undefined,
): Promise<SeriesWrite | undefined> {
  const { series, period, bars, known } = held;
  const version = before && (await versionOf(tables, held));
  const part: PartWrite = {
    ...{ partition: { series, period }, before: version, isMarkedAnew: false },
    ...{ rows: bars.length, firstTs: bars.ts.at(0) ?? null, lastTs: bars.ts.at(-1) ?? null },
    knowledge: { ...known, marks: monthMarksOf(bars) },
  };
  const kept = new Set(bars.ts);
  const removed = [...(before?.bars.ts ?? [])].filter((ts) => !kept.has(ts));
  if (removed.length > 0) {
    await tables.mendPart({ ...part, isMarkedAnew: true }, bars, removed);
    return undefined;
  }
  const sessions = sessionDaysOf(series, bars, known.calendar);
  return writeOf({ parts: [part], rows: bars.length === 0 ? [] : [{ series, bars, sessions }] });
}

async function versionOf(tables: Tables, { series, period }: HeldBars): Promise<string | undefined> {
  const { parts } = await tables.readSeries(series, periodRange(period), NOTHING);
  return parts.get(period)?.version;
}

const NOTHING = { from: 0, to: 0 };

function writeOf(some: Partial<SeriesWrite>): SeriesWrite {
  const { series } = some.parts?.[0]?.partition ?? NO_SERIES;
  return { parts: [], rows: [], revisions: { series, added: [] }, result: NOTHING_CHANGED, ...some };
}

const NO_SERIES = { series: { ticker: '', interval: '1d' } } as const;

/** Tells a replaced value from all others. */
function textOf(revision: Revision): string {
  return digestOfRevisions([revision]);
}
