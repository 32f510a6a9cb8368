import { deepStrictEqual, fail, ok, rejects, strictEqual } from 'node:assert/strict';
import { isEndpointName, labelOf, vendorOf } from '../core/bars/vendor.ts';
import { parseDay } from '../core/session/day.ts';
import type { DayRange } from '../core/session/day.ts';
import { pagesOf } from '../core/plan/pages.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { INTERVALS, type Interval } from '../core/session/interval.ts';
import { type Gate, OPEN_GATE } from '../providers/http/gate.ts';
import type { BarAnswer, BarRequest, Capabilities } from '../providers/provider.ts';
import type { ProviderSubject, ProviderUnderTest } from './subject.ts';

/** What a test runner gives a test to say that it does not apply, as those of Node and Vitest do. */
export interface Skipping {
  readonly skip: (reason: string) => void;
}

/**
 * What a provider has to do, as a sentence, and whether it does: `run` rejects if it does not. Where that does not apply it
 * says so to the `context`, and gives the reason; undefined: it was checked.
 */
export interface Check {
  readonly name: string;
  /** Checks it: rejects if it is not so, resolves to the reason where it does not apply. */
  readonly run: (context?: Skipping) => Promise<string | undefined>;
}

/** Why a check does not apply. */
class DoesNotApply extends Error {}

/** Ends a check that does not apply, which is no success: it is skipped. */
export function skipped(reason: string): never {
  throw new DoesNotApply(reason);
}

/** A check of any provider. */
export interface CheckOf {
  readonly name: string;
  readonly run: (subject: ProviderSubject) => Promise<void>;
}

/** The clock of the checks, where they say no other. */
export const NOW = Date.parse('2026-11-20T12:00:00Z');

export function range(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) };
}

/** What is asked for where it does not matter what. */
export function tickerOf({ ticker = 'ALFA' }: Pick<ProviderSubject, 'ticker'>): string {
  return ticker;
}

/** A request for a week that has passed. */
export function weekOf(subject: Pick<ProviderSubject, 'ticker'>): BarRequest {
  const series = { ticker: tickerOf(subject), interval: '1d' } as const;
  return { series, range: range('2025-03-03', '2025-03-08'), now: NOW };
}

/** Nothing is asked for twice. */
export const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };

/** A check of one provider, which ends what it has opened. */
export function checkOn(subject: ProviderSubject, { name, run }: CheckOf): Check {
  return {
    name,
    run: async (context) => {
      const opened: ProviderUnderTest[] = [];
      const open: ProviderSubject['open'] = async (now, gate, otherwise) => {
        const one = await subject.open(now, gate, otherwise);
        opened.push(one);
        return one;
      };
      try {
        await run({ ...subject, open });
        return undefined;
      } catch (error) {
        if (!(error instanceof DoesNotApply)) throw error;
        // A runner may end the test by what it throws here.
        context?.skip(error.message);
        return error.message;
      } finally {
        for (const one of opened) await one.close?.();
      }
    },
  };
}

/** What a provider answers for one series at a moment. */
export async function ask(
  { open }: ProviderSubject,
  ticker: string,
  interval: Interval,
  asked: DayRange,
  now = NOW,
): Promise<BarAnswer> {
  const { provider } = await open(now);
  return provider.fetchBars({ series: { ticker, interval }, range: asked, now });
}

/** Whether the endpoints that an answer names make labels of rows that tell the provider all the same. */
export function labelledRightly({ id }: Pick<Capabilities, 'id'>, { endpoint = [] }: BarAnswer): void {
  const names = typeof endpoint === 'string' ? [endpoint] : endpoint.map((days) => days.endpoint);
  for (const name of names) {
    ok(isEndpointName(name), `the endpoint ${name} is no word in lower case`);
    strictEqual(vendorOf(labelOf(id, name)), id);
  }
}

/** Intervals whose splits and dividends are told apart from their bars. */
export function apartIn({ intervals }: Capabilities): Interval[] {
  return INTERVALS.filter((interval) => (intervals[interval]?.requestsForActions ?? 0) > 0);
}

/** Whether a promise rejects with an error that has all of these. */
export async function failsWith(
  promise: Promise<unknown>,
  expected: Readonly<Record<string, unknown>>,
): Promise<void> {
  await rejects(promise, (error: Error & Readonly<Record<string, unknown>>) => {
    const names = Object.keys(expected);
    const got = Object.fromEntries(names.map((name) => [name, error[name]]));
    deepStrictEqual(got, expected, `${error.message} has ${JSON.stringify(got)}`);
    return true;
  });
}

/** Throws unless a number is at most another. */
export function atMost(value: number, most: number, of: string): void {
  if (!(value <= most)) fail(`${of} is ${value}, more than ${most}`);
}

/** Requests for the bars of a ticker in some days, as they are declared: a page may hold no more than a session. */
export function requestsFor(
  { intervals }: Capabilities,
  ticker: string,
  interval: Interval,
  days: DayRange,
): number {
  const { requestsPerSpan = 0, paging } = intervals[interval] ?? {};
  return paging === undefined
    ? requestsPerSpan
    : requestsPerSpan * pagesOf(1, calendarFor(ticker), interval, days, paging).pages;
}
