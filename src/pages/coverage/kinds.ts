import type { LegendEntry } from '../../report/coverage-page/page-data.ts';

/** What a cell of the map can be, as it is drawn: the reasons of an absence each for itself, whoever gives them. */
export interface Kind {
  readonly name: string;
  /** In a cell that has room for it, and in the legend: nothing is told by colour alone. */
  readonly letter: string;
  readonly says: string;
  /** Whether a single one shows among many others. */
  readonly standsOut: boolean;
}

function kind(name: string, letter: string, says: string, standsOut = false): Kind {
  return { name, letter, says, standsOut };
}

/** A cell without a session of its calendar, or outside the range of its series. */
export const NO_SESSION = 0;

/** From the best to the worst; a cell's number is its place here. Their colours are in the style, `--k-NAME`. */
export const KINDS: readonly Kind[] = [
  kind('no session', '', 'closed that day, or not asked for'),
  kind('present', '', 'a final bar'),
  kind('pre-listing', '<', 'before its first trade'),
  kind('delisted', '>', 'after its last trade'),
  kind('no-trades', 'n', 'nobody traded'),
  kind('halted', 'h', 'trading was halted'),
  kind('plan-limited', 'l', 'the plan of the provider does not reach it'),
  kind('unknown-ticker', 'u', 'the provider does not know the ticker'),
  kind('provisional', '~', 'a bar that will be fetched again', true),
  kind('not-yet-published', 'y', 'the provider has not published it yet', true),
  kind('lacking', '-', 'too few bars: rows of it were rejected', true),
  kind('vendor-empty', 'v', 'the provider answered without a bar', true),
  kind('rejected', 'r', 'its rows failed the checks', true),
  kind('missing', 'm', 'nothing is known', true),
];

const places = new Map(KINDS.map(({ name }, place) => [name, place]));

/** The number of the kind that an entry of the legend is drawn as. */
export function kindOf({ state, reason }: LegendEntry): number {
  if (state === 'outside') return NO_SESSION;
  return places.get(state === 'absent' ? (reason ?? '') : state) ?? NO_SESSION;
}

/** Absent ones are told as such, with the reason. */
export function kindText(kindNumber: number): string {
  const { name = '' } = KINDS[kindNumber] ?? {};
  return ['no session', 'present', 'provisional', 'lacking', 'missing'].includes(name)
    ? name
    : `absent: ${name}`;
}

/** Sessions of which a bar would be final, by kind: neither before a listing nor after a delisting, nor without any trade. */
export const TRADABLE: readonly boolean[] = KINDS.map(
  ({ name }) => !['no session', 'pre-listing', 'delisted', 'no-trades', 'halted'].includes(name),
);

export const PRESENT = places.get('present') ?? NO_SESSION;
export const MISSING = places.get('missing') ?? NO_SESSION;
