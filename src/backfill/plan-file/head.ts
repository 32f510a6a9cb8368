import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { TickersOrigin } from '../run/events.ts';
import { Fields } from './fields.ts';

/** Another form of the file has another number. */
const FORMAT = 1;

/** What a plan is of. */
export interface PlanHead {
  /** Version of the program that made it, which alone carries it out. */
  readonly program: string;
  /** ms since the epoch. */
  readonly made: number;
  /** Where the store is. */
  readonly store: string;
  readonly provider: string;
  /** How its answers are named in staging: the provider with a digest of its settings, see `stagedAs`. */
  readonly source: string;
  readonly intervals: readonly Interval[];
  /** As `rangeText` says it. */
  readonly range: string;
  /** Tickers that are asked for. */
  readonly tickers: number;
  /** Where they come from. */
  readonly origins: readonly TickersOrigin[];
  readonly totals: Plan['totals'];
  /** As `Plan.quotaMs` was. */
  readonly quotaMs: number | null;
  /** As of `Plan`. */
  readonly relisted: readonly string[];
  readonly goneList: readonly string[];
  readonly notYet?: string;
}

const TOTALS = [
  ...(['series', 'complete', 'withHoles', 'provisional', 'unavailable', 'toFill', 'sessions'] as const),
  ...(['requests', 'holes', 'holesAround', 'holesRejected'] as const),
] as const;

const ORIGINS = ['named', 'file', 'portfolio', 'provider', 'universe'] as const;

export function headLine({ made, quotaMs, relisted, goneList, notYet, ...head }: PlanHead): object {
  return {
    ...{ plan: FORMAT, made: new Date(made).toISOString(), ...head, quotaMs },
    ...(relisted.length > 0 && { relisted }),
    ...(goneList.length > 0 && { goneList }),
    ...(notYet !== undefined && { notYet }),
  };
}

/** What the first line of a file says. Throws `usage` for what is no plan, or one of another version than `program`. */
export function headIn(line: unknown, path: string, program: string): PlanHead {
  const format = typeof line === 'object' && line !== null && 'plan' in line ? line.plan : undefined;
  if (typeof format !== 'number')
    throw new BackfillError('usage', `${path} is no plan; backfill --plan-out FILE writes one`);
  const fields = new Fields(line, `${path} line 1`);
  if (format !== FORMAT || fields.text('program') !== program)
    throw new BackfillError(
      'usage',
      `${path} was written by version ${fields.text('program')}, and this is ${program}; make it again with ${option('planOut')}`,
    );
  const totals = fields.object('totals');
  const names = totals.has('withoutSession') ? [...TOTALS, 'withoutSession'] : TOTALS;
  const counts = Object.fromEntries(names.map((name) => [name, totals.count(name)]));
  return {
    program,
    made: fields.instant('made'),
    ...{ store: fields.text('store'), provider: fields.text('provider'), source: fields.text('source') },
    ...{ intervals: fields.intervals('intervals'), range: fields.text('range') },
    tickers: fields.count('tickers'),
    origins: fields.list('origins').map((one) => ({
      from: one.oneOf('from', ORIGINS),
      name: one.text('name'),
      tickers: one.count('tickers'),
    })),
    totals: counts as unknown as PlanHead['totals'],
    quotaMs: fields.numberOrNull('quotaMs'),
    relisted: fields.has('relisted') ? fields.tickers('relisted') : [],
    goneList: fields.has('goneList') ? fields.tickers('goneList') : [],
    ...(fields.has('notYet') && { notYet: fields.text('notYet') }),
  };
}
