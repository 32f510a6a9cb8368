import { isUnlike } from '../../core/bars/compare.ts';
import { formatCount, plural } from '../../core/plural.ts';
import { isBeyond } from '../../core/checks/plausibility.ts';
import { saidBy } from '../../core/said-by.ts';
import { type Day, type DayRange, parseDay } from '../../core/session/day.ts';
import type { ComparedSession } from '../compared-sessions.ts';
import type { OddSession } from '../run/run-record.ts';
import type { SeriesResult } from '../runner.ts';
import type { SecondOpinion } from './provider-part.ts';
import { isStep, isUnheard } from './second-opinion.ts';

/** What an answer says of an odd session. */
type Said = Pick<SecondOpinion, 'says' | 'note'>;

/** A session beside the odd one: that which it is odd against. */
type Side = 'before' | 'after';

/**
 * What an answer says of an odd session, by how it compares with the stored bars of it and, where the oddity lies between
 * two sessions, with those beside it. `range`: the days that were asked for.
 */
export function judgeOpinion(
  { ticker, interval, session, kind }: OddSession,
  provider: string,
  range: DayRange,
  result: SeriesResult,
): SecondOpinion {
  const about = { ticker, interval, session, kind, provider };
  if (!result.ok) {
    const { code, message } = result.error;
    return { ...about, says: isUnheard(code) ? 'unheard' : 'refused', note: saidBy(provider, message) };
  }
  const all = result.report.sessions ?? [];
  const odd = all.find((one) => one.session === parseDay(session));
  if (odd === undefined) return { ...about, says: 'no-bar', note: `${provider} has no bar of it` };
  return { ...about, ...judgeSession(odd, { all, kind, provider, range }) };
}

function judgeSession(
  odd: ComparedSession,
  {
    all,
    kind,
    provider,
    range,
  }: {
    readonly all: readonly ComparedSession[];
    readonly kind: OddSession['kind'];
    readonly provider: string;
    readonly range: DayRange;
  },
): Said {
  const sides = sidesOf(odd.session, range);
  const steps = sides.flatMap((side) => stepTo(side, odd, all) ?? []);
  const told = [odd, ...steps.map(({ beside }) => beside)];
  const denied = isStep(kind) ? steps.find(isOtherStep) : undefined;
  if (denied !== undefined)
    return { says: 'other', note: `${pricesText(denied, provider)}: ${stepText(denied, provider)}` };
  const changed = told.reduce((sum, one) => sum + one.changed, 0);
  const lacking = sides.find((side) => !steps.some((one) => one.side === side));
  if (changed === 0 && lacking !== undefined)
    return {
      says: 'no-bar',
      note: `${provider} has ${shown(odd.answered.close)} too, but no bar of the session ${lacking}`,
    };
  const isStepSeen = steps.length > 0 && lacking === undefined && steps.every(isSeen) && isStep(kind);
  if (changed === 0) {
    const beside = steps.length > 0 ? `, and of the session ${sides.join(' and ')} too` : '';
    return {
      says: 'same',
      note: isStepSeen ? `${provider} has the same step` : `${provider} has the same${beside}`,
    };
  }
  const compared = told.reduce((sum, one) => sum + one.compared, 0);
  const worst = told.reduce((most, one) => Math.max(most, one.worst), 0);
  const others = `${formatCount(changed)} of ${plural(compared, 'bar')} ${compared === 1 ? 'is another' : 'are others'}`;
  const most = `(${Number((100 * worst).toPrecision(2))} % at most)`;
  return {
    says: 'other',
    note: isStepSeen
      ? `${provider} has the same step, though ${others} there ${most}`
      : `${others} at ${provider} ${most}`,
  };
}

/** Which sessions beside the odd one were asked for. */
function sidesOf(session: Day, { from, to }: DayRange): Side[] {
  return [
    ...(from < session ? (['before'] as const) : []),
    ...(to > session + 1 ? (['after'] as const) : []),
  ];
}

/** How the price goes between the odd session and one beside it. */
interface Step {
  readonly side: Side;
  readonly odd: ComparedSession;
  readonly beside: ComparedSession;
  /** The price of the later one that shows it. */
  readonly field: 'open' | 'firstClose';
  /** By what factor, as it is stored and as it was answered. */
  readonly stored: number;
  readonly answered: number;
}

function stepTo(side: Side, odd: ComparedSession, all: readonly ComparedSession[]): Step | undefined {
  const beside =
    side === 'before'
      ? all.findLast(({ session }) => session < odd.session)
      : all.find(({ session }) => session > odd.session);
  if (beside === undefined) return undefined;
  const [earlier, later] = side === 'before' ? [beside, odd] : [odd, beside];
  const [ofClose, ofOpen] = (['firstClose', 'open'] as const).map((field): Step => {
    const factor = (ends: 'stored' | 'answered'): number => later[ends][field] / earlier[ends].close;
    return { side, odd, beside, field, stored: factor('stored'), answered: factor('answered') };
  }) as [Step, Step];
  // Where the close does not show it, the open does.
  return !isSeen(ofClose) && isSeen(ofOpen) ? ofOpen : ofClose;
}

/** A change of price by less is not looked at as a step. */
const STEP = 1.2;

/** Two sources of one instrument differ by the auction they take, not by more than this. */
const SAME_STEP = 1.05;

/** Whether the stored bars, or those of the answer, show a step at all. */
function isSeen({ stored, answered }: Step): boolean {
  return isBeyond(stored, STEP) || isBeyond(answered, STEP);
}

function isOtherStep(step: Step): boolean {
  return isSeen(step) && isBeyond(step.stored / step.answered, SAME_STEP);
}

/** `csv has 64.87 too, but 64.6 the session before, where polygon has 16.16`. */
function pricesText({ side, odd, beside, field }: Step, provider: string): string {
  const [ofOdd, ofBeside] = side === 'before' ? ([field, 'close'] as const) : (['close', field] as const);
  const [own, ownStored] = [odd.answered[ofOdd], odd.stored[ofOdd]];
  const [other, otherStored] = [beside.answered[ofBeside], beside.stored[ofBeside]];
  const isOwn = !isUnlike(own, ownStored);
  const isOther = !isUnlike(other, otherStored);
  const what = ofOdd === 'open' ? 'an open of ' : '';
  const whatBeside = ofBeside === 'open' ? 'an open of ' : '';
  const first = isOwn ? `${shown(own)} too` : `${shown(own)}, where ${odd.source} has ${shown(ownStored)}`;
  const joined = isOwn && !isOther ? 'but' : 'and';
  const second = `${whatBeside}${shown(other)} the session ${side}`;
  const stored = isOther ? ' too' : `, where ${beside.source} has ${shown(otherStored)}`;
  return `${provider} has ${what}${first}, ${joined} ${second}${stored}`;
}

function stepText({ answered }: Step, provider: string): string {
  if (!isBeyond(answered, STEP)) return `${provider} shows no such step`;
  return `${provider} shows a step of ${Number(answered.toPrecision(3))} times`;
}

/** A price as it came; one that was turned back with a split is known to seven digits. */
function shown(price: number): string {
  return `${Number(price.toPrecision(7))}`;
}
