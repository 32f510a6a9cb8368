import type { Series } from '../core/bars/bars.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { assertKnown } from '../core/known-names.ts';
import { shown } from '../core/shown.ts';
import { type AskedDays, askedDays } from './asked-days.ts';
import { chainOf } from './chain.ts';
import { canonical, checked, checkRetries } from './check-request.ts';
import { type EnsureCall, ensureRunsOf, ensuredOf, fillFor } from './ensure-range.ts';
import type { FillOptions, Filling } from './filling.ts';
import { assertProvider } from './no-provider.ts';
import type { Parts } from './parts.ts';
import { verdictIn } from './verdict-in.ts';
import { warmupDays } from './warmup.ts';

/** The methods of a history that keep given series complete. */
export function fillsOf(parts: Parts): Filling {
  const runs = ensureRunsOf(parts);
  const chain = chainOf([parts, ...parts.next]);
  return {
    missing: async (series, range = {}) => verdictIn(parts, seriesIn('missing', series), checked(range)),
    fillMissing: async (series, range = {}, options = {}) => {
      assertProvider(parts, 'fillMissing');
      const asked = askedDays(seriesIn('fillMissing', series), checked(range), chain, parts.clock());
      return fillFor(parts, [callOf(asked, options, range.includeProvisional)], options);
    },
    ensureRange: async (series, range = {}, options = {}) => {
      assertProvider(parts, 'ensureRange');
      const asked = askedDays(seriesIn('ensureRange', series), checked(range), chain, parts.clock());
      return runs.join(callOf(asked, options, range.includeProvisional));
    },
    warmup: async ({ series, offline = false, ...request }) => {
      if (!offline) assertProvider(parts, 'warmup');
      const named = seriesIn('warmup', series, request.interval);
      const asked = warmupDays(named, request, { chain, now: parts.clock(), offline });
      const call = callOf(asked, request);
      if (!offline) return runs.join(call);
      const [ensured] = await ensuredOf(parts, [call], undefined);
      if (ensured === undefined) throw new RangeError('a call that was not answered');
      return ensured;
    },
  };
}

function callOf(
  asked: readonly AskedDays[],
  { onEvent, stop, maxRetries }: FillOptions,
  includeProvisional = false,
): EnsureCall {
  checkRetries('maxRetries', maxRetries);
  return {
    ...{ asked, includeProvisional, onEvent, stop },
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
