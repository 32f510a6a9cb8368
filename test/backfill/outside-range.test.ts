import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { Warning } from '../../src/backfill/settle/warnings.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { findIssues } from '../../src/library/issues.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';

const NOW = Date.parse('2025-06-20T12:00:00Z');
const RANGE = { tickers: ['ALFA'], start: '2025-05-01', end: '2025-06-13' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** The sample market, whose bars of two days open above their high; hours are asked for a week at a time. */
function openingOutside(): Provider {
  const sample = openSample({ id: 'sample' });
  const days = new Set(['2025-05-06', '2025-06-10'].map(parseDay));
  const { intervals } = sample.capabilities;
  const hours = intervals['1h'];
  return {
    ...sample,
    capabilities: {
      ...sample.capabilities,
      intervals: { ...intervals, ...(hours && { '1h': { ...hours, maxSpanDays: 7 } }) },
    },
    fetchBars: async (request) => {
      const { bars, ...answer } = await sample.fetchBars(request);
      const open = bars.open.map((price, i) =>
        days.has(Math.floor((bars.ts[i] as number) / MS_PER_DAY)) ? (bars.high[i] as number) * 1.001 : price,
      );
      return { ...answer, bars: { ...bars, open } };
    },
  };
}

const byInterval = (warnings: readonly Warning[]): Warning[] =>
  warnings.toSorted((a, b) => (a.interval < b.interval ? -1 : 1));

it('bars outside their high and low are named once a series by the run that stores them, as by the issues', async () => {
  const store = openStore(folder.path);
  const tools = toolsInProcess(openingOutside(), store, () => NOW);
  const { warnings, requests } = await backfill({ ...RANGE, intervals: ['1d', '1h'] }, tools);
  expect(requests).toBeGreaterThan(5);
  const first = { ticker: 'ALFA', session: '2025-05-06', kind: 'outside-range' };
  expect(byInterval(warnings)).toMatchObject([
    { ...first, interval: '1d', note: expect.stringMatching(/^2 bars open or close outside /) },
    { ...first, interval: '1h', note: expect.stringMatching(/^14 bars open or close outside /) },
  ]);
  const issues = await findIssues(store, {}, NOW);
  const named = byInterval(issues.warnings).map(({ note, ...one }) => ({
    ...one,
    note: note.replace(/ of \d+ bars/, ' bars'),
  }));
  expect(byInterval(warnings)).toEqual(named);
});
