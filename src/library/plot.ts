import type { Series } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { unreadableText } from '../report/distrusted-text.ts';
import { readAdjusted } from './adjusted.ts';
import { coverageOf } from './coverage.ts';
import { notFound } from './not-found.ts';
import type { Parts } from './parts.ts';
import type { PlotOptions } from './read-options.ts';

/** What `History.plot` draws. */
export async function plotOf(parts: Parts, series: Series, options: PlotOptions): Promise<string> {
  const { store, capabilities, clock, universeToRead } = parts;
  const { ticker, interval } = series;
  const { adjust = 'none', asOf, ...range } = options;
  const request = { ...range, tickers: [ticker], intervals: [interval] };
  const report = await coverageOf(store, capabilities, clock(), request, await universeToRead([ticker]));
  const [coverage] = report.series;
  if (coverage === undefined || coverage.first === null || coverage.last === null) {
    const damage = unreadableText(coverage?.damaged ?? []);
    if (damage !== undefined)
      throw new BackfillError('store-corrupt', `${ticker} ${interval}: no bar of it can be read: ${damage}`, {
        ticker,
      });
    const named = { tickers: [ticker], intervals: [interval] };
    const [found] = notFound(await store.scan(named), named, () => false);
    const reason = found?.reason ?? `${ticker} ${interval} has no bar`;
    throw new BackfillError('not-stored', reason, { ticker });
  }
  const bars = await readAdjusted(store, series, {
    ...{ start: coverage.first, end: coverage.last, adjust },
    ...(asOf !== undefined && { asOf }),
  });
  const { series: states } = await store.scan({ tickers: [ticker], intervals: [interval] });
  const [state] = states.values();
  // Loading what draws takes longer than most else that a command does.
  const { seriesPlot } = await import('../report/plot/series-plot.ts');
  const actions = await store.readActions(ticker);
  return seriesPlot({ coverage, bars, actions, adjust, currency: state?.identity.currency ?? null });
}
