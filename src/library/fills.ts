import type { RangeOptions } from '../backfill/want/wanted.ts';
import type { Series } from '../core/bars/bars.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { assertKnown } from '../core/known-names.ts';
import { shown } from '../core/shown.ts';
import { type AskedDays, askedDays, assertAskable, rangeOf } from './asked-days.ts';
import { chainOf } from './chain.ts';
import { canonical, checked, checkRetries } from './check-request.ts';
import { type EnsureCall, ensureRunsOf, ensuredOf, fillFor } from './ensure-range.ts';
import type { Ensured, FillOptions, Filling } from './filling.ts';
import { strategyOf } from './fill-strategy.ts';
import { assertProvider } from './no-provider.ts';
import type { Parts } from './parts.ts';
import { verdictIn } from './verdict-in.ts';
import { warmupDays } from './warmup.ts';

/** The methods of a history that keep given series complete. */
export function fillsOf(parts: Parts): Filling {
  const chain = chainOf([parts, ...parts.next]);
  const ensure = ensuring(parts);
  const reading = { ...parts, store: parts.readStore };
  return {
    missing: async (series, range = {}) => verdictIn(reading, seriesIn('missing', series), checked(range)),
    fillMissing: async (series, range = {}, options = {}) => {
      assertProvider(parts, 'fillMissing');
      const [named, now] = [seriesIn('fillMissing', series), parts.clock()];
      assertAskable(named, checked(range), chain, now);
      const asked = askedDays(named, range, chain, now);
      const wanted = await strategyOf(options.strategy)(parts, asked);
      // A run that asks for nothing tells of a range all the same.
      const calls = [callOf(asked, wanted.length > 0 ? wanted : asked.map(nothingOf), options, range)];
      return fillFor(parts, calls, options);
    },
    ensureRange: async (series, range = {}, options = {}) => {
      assertProvider(parts, 'ensureRange');
      const [named, now] = [seriesIn('ensureRange', series), parts.clock()];
      const asked = askedDays(named, checked(range), chain, now);
      const call = callOf(asked, await strategyOf(options.strategy)(parts, asked), options, range);
      return ensure(call, () => assertAskable(named, range, chain, now));
    },
    warmup: async ({ series, offline = false, ...request }) => {
      if (!offline) assertProvider(parts, 'warmup');
      const [named, now] = [seriesIn('warmup', series, request.interval), parts.clock()];
      const asked = warmupDays(named, request, chain, now);
      const call = callOf(asked, await strategyOf(request.strategy)(parts, asked), request);
      if (offline) return asItIs(parts, call);
      return ensure(call, () => assertAskable(named, rangeOf(asked), chain, now));
    },
  };
}

/** Has calls served, also those that nobody can be asked for any more, where all of it is stored. */
function ensuring(parts: Parts): (call: EnsureCall, assertAsked: () => void) => Promise<Ensured> {
  const runs = ensureRunsOf(parts);
  return async (call, assertAsked) => {
    try {
      assertAsked();
    } catch (refusal) {
      const hasSession = call.asked.some(({ range }) => range.from < range.to);
      const ensured = hasSession ? await asItIs(parts, call) : undefined;
      if (ensured?.complete) return ensured;
      throw refusal;
    }
    return call.wanted.length === 0 ? asItIs(parts, call) : runs.join(call);
  };
}

/** What is said of a call for which nobody is asked. */
async function asItIs(parts: Parts, call: EnsureCall): Promise<Ensured> {
  const [ensured] = await ensuredOf(parts, [call], undefined);
  if (ensured === undefined) throw new RangeError('a call that was not answered');
  return ensured;
}

function nothingOf({ range: { from }, ...one }: AskedDays): AskedDays {
  return { ...one, range: { from, to: from } };
}

function callOf(
  asked: readonly AskedDays[],
  wanted: readonly AskedDays[],
  { onEvent, stop, maxRetries }: FillOptions,
  { includeProvisional = false }: Pick<RangeOptions, 'includeProvisional'> = {},
): EnsureCall {
  checkRetries('maxRetries', maxRetries);
  return {
    ...{ asked, wanted, includeProvisional, onEvent, stop },
    tickers: new Set(asked.map(({ series }) => series.ticker)),
    ...(maxRetries !== undefined && { maxRetries }),
  };
}

/** What is named, each once. Where tickers may stand for series, `interval` is theirs. Throws `usage` and `invalid-ticker`. */
function seriesIn(method: string, given: unknown, interval: Series['interval'] = '1d'): readonly Series[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  const must = "name at least one, such as { ticker: 'AAPL', interval: '1d' }";
  if (all.length === 0) throw new BackfillError('usage', `${method}: series []: ${must}`);
  const series = all.map((one) => {
    if (typeof one === 'string' && method === 'warmup') return canonical({ ticker: one, interval });
    if (typeof one !== 'object' || one === null)
      throw new BackfillError('usage', `${method}: series ${shown(one)}: ${must}`);
    assertKnown(`the series of ${method}`, one, { ticker: true, interval: true });
    return canonical(one as Series);
  });
  return [...new Map(series.map((one) => [seriesKey(one), one])).values()];
}
