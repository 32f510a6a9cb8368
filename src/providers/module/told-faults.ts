import { parseDay } from '../../core/session/day.ts';
import { shown } from '../../core/shown.ts';
import type { ActionsAnswer, BarAnswer } from '../provider.ts';

/** What an entry of an answer must be, and whether it is. */
interface Must {
  readonly words: string;
  readonly is: (value: unknown) => boolean;
}

/** What an answer says beside its bars. */
type Told = Partial<BarAnswer> & Pick<ActionsAnswer, 'isSilent'>;

/** No exchange is older, and a stamp in ms would lie after the other. */
const [EARLIEST, LATEST] = [parseDay('1700-01-01'), parseDay('2500-01-01')];

const ACTION: Must = {
  words: '{ kind: "split", exDay: a day, ratio: a number } or { kind: "dividend", exDay, amount: a number }',
  is: (one) => {
    const { kind, exDay, ratio, amount, currency } = fieldsOf(one);
    if (!isDay(exDay)) return false;
    if (kind === 'split') return typeof ratio === 'number';
    return kind === 'dividend' && typeof amount === 'number' && isTextIfAny(currency);
  },
};

const DAYS: Must = {
  words: '{ from: a day, to: the day after the last }',
  is: (one) => {
    const { from, to } = fieldsOf(one);
    return Number.isSafeInteger(from) && Number.isSafeInteger(to) && Number(from) <= Number(to);
  },
};

const DAY: Must = { words: 'a day', is: isDay };
const TEXT: Must = { words: 'a text', is: (one) => typeof one === 'string' };
const OBJECT: Must = { words: 'an object', is: (one) => typeof one === 'object' && one !== null };
const COUNT: Must = { words: 'a count', is: (one) => Number.isSafeInteger(one) && Number(one) >= 0 };

const NEEDED_LISTS = ['unusable', 'explained', 'actions'] as const;

/** By name, what the entries of a list must be. */
const LISTS: Readonly<Partial<Record<keyof Told, Must>>> = {
  unusable: {
    words: '{ ts: ms since the epoch, reason: a text, row }',
    is: (one) => Number.isFinite(fieldsOf(one)['ts']) && TEXT.is(fieldsOf(one)['reason']),
  },
  explained: {
    words: '{ from: a day, to: the day after the last, reason: "halted" or "no-trades" }',
    is: (one) => {
      const { reason, note } = fieldsOf(one);
      return DAYS.is(one) && (reason === 'halted' || reason === 'no-trades') && isTextIfAny(note);
    },
  },
  actions: ACTION,
  badActions: {
    words: '{ exDay: a day or null, row, reason: a text }, as checkActions gives it',
    is: (one) => {
      const { exDay, reason } = fieldsOf(one);
      return (exDay === null || isDay(exDay)) && TEXT.is(reason);
    },
  },
  unapplied: ACTION,
  unproven: DAYS,
  mayBeCut: DAYS,
  offGridOn: DAY,
  straysOn: DAY,
  partial: OBJECT,
  oddities: OBJECT,
  notRead: TEXT,
};

/** The same of what is one value, where there is any. */
const VALUES: Readonly<Partial<Record<keyof Told, Must>>> = {
  dropped: COUNT,
  offGrid: COUNT,
  unfinished: COUNT,
  sourceEnds: DAY,
  lastTrade: DAY,
  whyUnproven: TEXT,
  identitySaidIn: TEXT,
  edition: TEXT,
  ownList: TEXT,
  note: TEXT,
  identity: {
    words: '{ currency, exchange, type: texts or null, firstTrade: a day or null }',
    is: (one) => {
      const { currency, exchange, type, firstTrade } = fieldsOf(one);
      return (
        OBJECT.is(one) &&
        [currency, exchange, type].every((text) => text === null || isTextIfAny(text)) &&
        ((firstTrade ?? null) === null || isDay(firstTrade))
      );
    },
  },
  stampsRead: OBJECT,
};

/** The first thing that is wrong with what an answer says beside its bars; undefined if nothing is. */
export function faultOfTold(told: Told, { hasBars }: { readonly hasBars: boolean }): string | undefined {
  const needed: readonly string[] = hasBars ? NEEDED_LISTS : ['actions'];
  for (const [name, must] of Object.entries(LISTS)) {
    const list: unknown = told[name as keyof Told];
    if (list === undefined && !needed.includes(name)) continue;
    if (!Array.isArray(list)) return `${name} is ${shown(list)}; it must be a list`;
    const at = list.findIndex((one) => !must.is(one));
    if (at >= 0) return `${name}[${at}] is ${shown(list[at])}; it must be ${must.words}`;
  }
  for (const [name, must] of Object.entries(VALUES)) {
    const value: unknown = told[name as keyof Told];
    const isNeeded = hasBars && (name === 'dropped' || name === 'identity');
    if (value === undefined && !isNeeded) continue;
    if (!must.is(value)) return `${name} is ${shown(value)}; it must be ${must.words}`;
  }
  return undefined;
}

function isDay(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= EARLIEST && Number(value) < LATEST;
}

function isTextIfAny(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** Of what is no object none. */
function fieldsOf(one: unknown): Readonly<Record<string, unknown>> {
  return typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : {};
}
