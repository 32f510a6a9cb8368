import type { BackfillError } from '../../../src/core/errors.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { HttpSteps } from '../../../src/providers/http/steps.ts';
import { checkedSteps } from '../../../src/providers/module/checked-steps.ts';
import { CAPABILITIES } from './texts.ts';

export const ASKED = {
  tickers: ['ALFA'],
  interval: '1d',
  range: { from: parseDay('2026-11-16'), to: parseDay('2026-11-30') },
  now: Date.parse('2026-11-20T12:00:00Z'),
} as const;
export const TOLD = { status: 200, headers: {}, body: '' };

const one = Float64Array.of(1);
export const THURSDAY = Date.parse('2026-11-19');
export const BARS = {
  length: 1,
  ...{ ts: Float64Array.of(THURSDAY), open: one, high: one, low: one, close: one, volume: one },
  ...{ vwap: null, trades: null },
};
export const ANSWER = {
  bars: BARS,
  ...{ unusable: [], explained: [], actions: [], identity: {}, delistedOn: null, dropped: 0 },
  proven: { from: ASKED.range.from, to: parseDay('2026-11-20') },
  wireBasis: 'raw',
};
export const PAGE = { parts: [], state: 0, hasMore: false };

/** Steps as JavaScript may give them. `module`: the file that they are said to be of. */
export function steps(
  own: Record<string, unknown> = {},
  module = import.meta.url,
  config: { readonly timeoutMs?: number } = {},
): HttpSteps<unknown> {
  const sound = {
    request: () => ({ url: new URL('http://h'), headers: {} }),
    parse: () => PAGE,
    end: () => [],
  };
  return checkedSteps({ ...sound, ...own, capabilities: CAPABILITIES }, module, config);
}

export const errorOf = (run: () => unknown): BackfillError => {
  try {
    run();
  } catch (error) {
    return error as BackfillError;
  }
  throw new Error('nothing was thrown');
};
