import type { ActionBook, OwnLists } from '../../../core/actions/action-book.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import { normalize } from '../../../core/session/ranges.ts';
import type { Identity } from '../../../core/bars/bars.ts';
import type { MonthMarks } from '../../../core/bars/month-marks.ts';
import {
  dayOrNull,
  fields,
  instant,
  type Json,
  list,
  malformed,
  pairOf,
  rangeOf,
  text,
  textOrNull,
} from '../codec/json.ts';
import { coverageIn, identityIn, type Knowledge } from './knowledge.ts';
import type { Partition } from '../files/layout.ts';
import { marksOf } from './marks.ts';
import { toldOf } from './told.ts';
import { topUpsOf } from './top-ups.ts';

/** What a file says of itself and is believed, as two texts: most files have the first in common. */
export interface Said {
  readonly common: string;
  readonly own: string;
}

/** What a partition says, from the JSON in its footer. Throws for what is malformed. */
export function partitionSaid(rows: number, json: Json): Said {
  const { calendar, present, provisional, unconfirmed, absent, lacking, unknown, hadElsewhere } = json;
  const { fetchedAt, topUps, told, marks } = json;
  const { firstTrade, ...identity } = fields(json['identity']);
  const known = [rows, textOrNull(firstTrade), textOrNull(fetchedAt), topUps];
  return {
    common: JSON.stringify({
      ...{ calendar, present, provisional, unconfirmed, absent, lacking, unknown, hadElsewhere, identity },
    }),
    own: JSON.stringify([...known, told, marks]),
  };
}

/** The marks of its bars; undefined where it has none. Throws for what is malformed. */
export function marksSaid({ own }: Said): MonthMarks | undefined {
  const [, , , , , marks] = list(JSON.parse(own));
  return marks === null ? undefined : marksOf(marks);
}

/** Whether a file says that it has no row. */
export function saysNoRows({ own }: Said): boolean {
  const [rows] = list(JSON.parse(own));
  return rows === 0;
}

/** The same word with marks that were made of the rows. */
export function saidWithMarks({ common, own }: Said, marks: MonthMarks | undefined): Said {
  const known = list(JSON.parse(own)).slice(0, -1);
  return { common, own: JSON.stringify([...known, marks === undefined ? null : [marks.from, marks.of]]) };
}

/** What a file of corporate actions says: of which ex-dates, its edition (see `BookFile`), and the user's own lists. */
export function actionsSaid(
  { covered, ownList }: Pick<ActionBook, 'covered' | 'ownList'>,
  edition: string | undefined,
): Said {
  const lists = ownList === undefined ? '' : ` ${JSON.stringify(ownList)}`;
  return { common: JSON.stringify(covered.map(pairOf)), own: (edition ?? '') + lists };
}

/** Its edition, and the user's own lists that it was read with. Throws for what is malformed. */
export function editionsSaid({ own }: Said): { edition?: string; ownList?: OwnLists } {
  const [edition = '', lists] = own.split(/ (.*)/);
  return {
    ...(edition !== '' && { edition }),
    ...(lists !== undefined && { ownList: ownListsOf(JSON.parse(lists)) }),
  };
}

/** Throws for what is malformed. */
export function ownListsOf(value: unknown): OwnLists {
  return Object.fromEntries(
    Object.entries(fields(value)).map(([interval, edition]) => [interval, text(edition)]),
  );
}

/** Knowledge that is being put together. */
type Noted = { -readonly [Name in keyof Knowledge]: Knowledge[Name] };

/** What many partitions have in common. */
type Common = Pick<Knowledge, 'calendar' | 'coverage'> & { readonly identity: Identity };

/**
 * Reads what files said, each text once: series that say the same share what is known of them, so that most of a
 * hundred thousand take no room. Throws for what is malformed.
 */
export class Readings {
  /** By what was said, then by calendar and period. */
  readonly #common = new Map<string, Map<string, Common>>();
  readonly #covered = new Map<string, readonly DayRange[]>();

  partition(partition: Partition, { common, own }: Said): { rows: number; knowledge: Knowledge } {
    const [rows, firstTrade, fetchedAt, topUps, told] = list(JSON.parse(own));
    if (typeof rows !== 'number') throw malformed(rows);
    const { calendar, coverage, identity } = this.#commonOf(partition, common);
    const whose = { ...identity, firstTrade: dayOrNull(firstTrade) };
    const at = fetchedAt === null ? null : instant(fetchedAt);
    // No spread: V8 would give each object a shape of its own, larger than the object.
    const knowledge: Noted = { calendar, coverage, identity: whose, fetchedAt: at };
    if (topUps !== null) knowledge.topUps = topUpsOf(topUps);
    if (told !== null) knowledge.told = toldOf(told);
    return { rows, knowledge };
  }

  covered({ common }: Said): readonly DayRange[] {
    const known = this.#covered.get(common) ?? normalize(list(JSON.parse(common)).map(rangeOf));
    this.#covered.set(common, known);
    return known;
  }

  #commonOf(partition: Partition, said: string): Common {
    const alike = this.#common.get(said) ?? new Map<string, Common>();
    this.#common.set(said, alike);
    const place = `${calendarFor(partition.series.ticker).id} ${partition.period}`;
    const known = alike.get(place) ?? commonIn(partition, fields(JSON.parse(said)));
    alike.set(place, known);
    return known;
  }
}

function commonIn(partition: Partition, json: Json): Common {
  const identity = identityIn({ ...fields(json['identity']), firstTrade: null });
  return { ...coverageIn(partition, json), identity };
}
