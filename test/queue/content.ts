import { barAt } from '../../src/core/bars/columns.ts';
import type { BarStore } from '../../src/store/store.ts';

/** All that a store knows: bars, what is known of them, and splits and dividends. */
export async function contentOf(store: BarStore): Promise<object> {
  const content: Record<string, object> = {};
  const scan = await store.scan();
  for (const [key, { series, coverage }] of [...scan.series].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const bars = await store.readBars(series);
    const rows = Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
    content[key] = { rows, coverage, actions: await store.readActions(series.ticker) };
  }
  return content;
}
