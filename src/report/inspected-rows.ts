import type { FirstJudgement } from '../backfill/judge/first-answer.ts';
import { farthestText } from '../core/checks/outside-range.ts';
import { hasDate } from '../core/session/day.ts';
import { grouped } from '../core/grouped.ts';
import { reasonPattern } from './reason-pattern.ts';
import { plural } from './table.ts';

/** A row, and what is to be said of it. */
interface Said {
  readonly ts: number;
  readonly note: string;
}

const NO_TICKERS: ReadonlySet<string> = new Set();

/** What a run would not store of the rows of a series, or would name: a line for each kind. `of`: the series. */
export function judgedNotes(judged: FirstJudgement, of: string): string[] {
  const { rejected, fillers, oddities, repeated } = judged;
  const lines = (all: readonly Said[], what: string): string[] =>
    [...grouped(all, ({ note }) => reasonPattern(note, NO_TICKERS)).values()].map((alike) => {
      const [first] = alike as [Said, ...Said[]];
      const place = `${alike.length === 1 ? '' : 'the first '}of ${stampText(first.ts)}`;
      return `${plural(alike.length, 'row')} of ${of} ${what}, ${place}: ${first.note}`;
    });
  return [
    ...lines(rejected.map(asSaid), 'to be rejected'),
    ...lines(fillers.map(asSaid), 'that nobody traded, to be left out'),
    ...(repeated > 0
      ? [
          `${plural(repeated, 'row')} of ${of} that only ${repeated === 1 ? 'repeats' : 'repeat'} another, to be left out`,
        ]
      : []),
    ...lines(
      oddities.filter(({ outside }) => outside === undefined),
      'to be stored, but odd',
    ),
    ...oddities.flatMap(({ ts, outside }) => {
      if (outside === undefined) return [];
      const place = `${outside.bars === 1 ? '' : 'the first '}of ${stampText(ts)}`;
      return `${plural(outside.bars, 'row')} of ${of} to be stored, but odd, ${place}: open or close outside high and low, ${farthestText(outside)}`;
    }),
  ];
}

function asSaid({ bar: { ts }, reason }: FirstJudgement['rejected'][number]): Said {
  return { ts, note: reason };
}

/** The counts of a series of one file, or folder, without the rows that a run would not store: those to come among them. */
export function asStored<Counts extends { readonly bars: number | null; readonly refusedRows: number }>(
  counts: Counts,
  { rejected, fillers, repeated, stored }: FirstJudgement,
): Counts {
  const { bars, refusedRows } = counts;
  const lost = bars === null ? rejected.length + fillers.length + repeated : bars - stored;
  return { ...counts, bars: stored, refusedRows: refusedRows + lost };
}

/** The day of a stamp at midnight, else its minute, in UTC. */
function stampText(ts: number): string {
  return hasDate(ts)
    ? new Date(ts).toISOString().replace(/T00:00:00\.000Z$|:\d\d\.\d{3}(?=Z$)/, '')
    : 'no date';
}
