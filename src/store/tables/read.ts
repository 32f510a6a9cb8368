import type { StoredBars } from '../../core/bars/columns.ts';
import type { DayRange } from '../../core/session/day.ts';
import { joinKnowledge } from '../parquet/partition/join.ts';
import type { SeriesContent } from '../store.ts';
import type { ReadBook } from './books.ts';
import type { Part } from './parts.ts';

/** What is stored of a series where a range reaches, of one moment. */
export interface SeriesRead {
  /** By period, ascending. */
  readonly parts: ReadonlyMap<string, Part>;
  readonly range: DayRange;
  /** Of sessions of a range that lies in it. */
  readonly bars: StoredBars;
  readonly barsOf: DayRange;
  readonly book: ReadBook;
}

/** What a reader sees of it; undefined for nothing. */
export function contentOf({ parts, bars }: Pick<SeriesRead, 'parts' | 'bars'>): SeriesContent | undefined {
  const known = joinKnowledge([...parts.values()].map(({ knowledge }) => knowledge));
  return known && { calendar: known.calendar, coverage: known.coverage, identity: known.identity, bars };
}
