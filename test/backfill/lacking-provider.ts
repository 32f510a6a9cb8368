import { afterEach, beforeEach } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { BackfillError } from '../../src/core/errors.ts';
import type { BarAnswer, BarRequest, Capabilities, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { coverageOf } from '../../src/library/coverage.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { NO_BARS } from '../../src/core/bars/columns.ts';

const WEEK = { start: '2025-06-02', end: '2025-06-06' } as const;
export const sample = openSample({ id: 'sample' });
/** An empty store, new for each test, and the instant of its runs. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
export let store: BarStore;
export let now = 0;

/** Has each test of a file begin with a store of its own. */
export function beginEmpty(): void {
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = openStore(folder.path);
    now = Date.parse('2025-06-20T12:00:00Z');
  });
  afterEach(() => folder.remove());
}

/** Lets time pass until the next run. */
export function elapse(ms: number): void {
  now += ms;
}

export interface Door extends Provider {
  readonly asked: BarRequest[];
}

/** The sample market under some name, which knows only what `of` lets through. */
export function provider(
  id: string,
  of: (ticker: string) => 'bars' | 'nothing' | 'unknown',
  change: Partial<Capabilities> = {},
): Door {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    capabilities: { ...sample.capabilities, id, ...change },
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const { ticker } = request.series;
      const kind = of(ticker);
      if (kind === 'unknown') throw new BackfillError('unknown-ticker', `${id} has no ticker ${ticker}`);
      return kind === 'bars' ? sample.fetchBars(request) : nothing(request);
    },
  };
}

function nothing({ range }: BarRequest): BarAnswer {
  return {
    ...{ bars: NO_BARS, unusable: [], explained: [], actions: [], identity: UNKNOWN_IDENTITY },
    ...{ proven: range, wireBasis: 'raw', delistedOn: null, dropped: 0 },
  };
}

export const run = (source: Provider, request: object): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], ...WEEK, ...request },
    toolsInProcess(source, store, () => now),
  );

export async function reported() {
  const report = await coverageOf(store, sample.capabilities, now, WEEK, undefined);
  return { report, text: coverageText(report, { missing: false }) };
}
