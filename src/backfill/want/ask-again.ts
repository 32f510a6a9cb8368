import { fileURLToPath } from 'node:url';
import type { Series } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { reachedFrom } from '../../core/plan/limits.ts';
import { type Day, type DayRange, formatDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Capabilities, ProviderConfig } from '../../providers/provider.ts';
import { capabilitiesOf, providerIds, toBeSaidTo } from '../../providers/registry.ts';
import { servesClassOf, servesIntervalOf, servesQuoteOf } from '../../providers/serves.ts';
import { DERIVED_FROM, derivedCapabilities } from './derived.ts';
import type { RangeOptions } from './wanted.ts';

/** What asks the source of a series for days again, to end a message; with `everything`, though they are complete. */
export function askAgain(
  series: Series,
  from: Day,
  through: Day,
  source: string | undefined,
  everything = false,
): string {
  const what = `${everything ? '--no-gaps ' : ''}${daysOf(series, from, through)}`;
  if (source === derivedCapabilities.id) return `run backfill --derive ${what}`;
  // Never one that can be pasted and asks another source than that of its bars.
  if (source === undefined) return `run backfill --provider NAME ${what}, NAME being the source of its bars`;
  return `run ${asking(source, what)}`;
}

/** Who may be asked for the minutes of a ticker. */
export interface MinutesFrom {
  /** The provider that is named, of itself or by the settings. */
  readonly config: ProviderConfig;
  /** That of its minutes that are stored. Default: none are. */
  readonly source?: string | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** The command that fetches minutes of some days of a ticker, from one that has them as far as is known. */
export function fetchingMinutes(
  ticker: string,
  days: DayRange,
  { config, source, now }: MinutesFrom,
): string {
  const what = daysOf({ ticker, interval: DERIVED_FROM }, days.from, days.to - 1);
  const hasThem = (capabilities: Capabilities): boolean => hasMinutes(ticker, days, capabilities, now);
  if (source !== undefined && source !== config.id) {
    const isKnown = providerIds().includes(source);
    if (!isKnown || hasThem(capabilitiesOf({ id: source }))) return asking(source, what);
  }
  if (hasThem(capabilitiesOf(config))) return askingOf(config, what);
  return askingOneOf(what, hasThem);
}

/** The command that fetches minutes in a range of whatever a provider is usually asked for. */
export function fetchingAnyMinutes(config: ProviderConfig, range: RangeOptions): string {
  const { days, years, start, end } = range;
  const given = Object.entries({ days, years, start, end }).filter(([, value]) => value !== undefined);
  const what = [`--interval ${DERIVED_FROM}`, ...given.map(([name, value]) => `--${name} ${value}`)].join(
    ' ',
  );
  const hasAny = ({ intervals }: Capabilities): boolean => DERIVED_FROM in intervals;
  return hasAny(capabilitiesOf(config)) ? askingOf(config, what) : askingOneOf(what, hasAny);
}

function daysOf({ ticker, interval }: Series, from: Day, through: Day): string {
  const of = interval === '1d' ? '' : ` --interval ${interval satisfies Interval}`;
  return `--tickers ${ticker}${of} --start ${formatDay(from)} --end ${formatDay(through)}`;
}

/** Whether a provider has minutes of a ticker, and reaches some of the days. */
function hasMinutes(ticker: string, days: DayRange, capabilities: Capabilities, now: number): boolean {
  const limits = capabilities.intervals[DERIVED_FROM];
  return (
    limits !== undefined &&
    servesClassOf(ticker, capabilities) &&
    servesIntervalOf(ticker, DERIVED_FROM, capabilities) &&
    servesQuoteOf(ticker, capabilities) &&
    reachedFrom(limits, ticker, calendarFor(ticker), now) < days.to
  );
}

/** The command that asks a provider, with words for what it leaves open. */
function asking(id: string, what: string): string {
  // A module of the user's is named by its path, which nobody wrote down.
  if (!providerIds().includes(id))
    return `backfill --provider FILE ${what}, FILE being the module of the provider ${id}`;
  const open = toBeSaidTo(id);
  return open === undefined
    ? `backfill --provider ${id} ${what}`
    : `backfill --provider ${id} ${open.options} ${what}, ${open.words}`;
}

/** The same of one that is named now. */
function askingOf({ id, module }: ProviderConfig, what: string): string {
  return module === undefined ? asking(id, what) : `backfill --provider ${fileURLToPath(module.url)} ${what}`;
}

function askingOneOf(what: string, canBeAsked: (capabilities: Capabilities) => boolean): string {
  const ids = providerIds({ metered: true }).filter((id) => canBeAsked(capabilitiesOf({ id })));
  const which = ids.length === 0 ? 'a provider that has them' : `one that has them (${ids.join(', ')})`;
  return `backfill --provider NAME ${what}, NAME being ${which}`;
}
