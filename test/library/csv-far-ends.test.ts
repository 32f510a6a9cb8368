import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type History, openHistory, type RunSummary } from '../../src/index.ts';
import { summaryText } from '../../src/terminal.ts';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-04-11T23:00:00Z');
/** So long that minutes of it are asked for in pieces. */
const RANGE = { start: '2025-11-24', end: '2026-04-10' };

const EARLY = ['AAPL', 'MSFT', 'IBM'];
const LATE = ['KO', 'PEP', 'XOM', 'CVX', 'GE', 'GM'];

let folder = '';
let history: History;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-csv-'));
  const url = join(folder, 'csv');
  await mkdir(url);
  for (const [i, ticker] of EARLY.entries())
    await writeFile(join(url, `${ticker}.csv`), minutesOf('2025-11-26', i));
  for (const [i, ticker] of LATE.entries())
    await writeFile(join(url, `${ticker}.csv`), minutesOf('2026-04-02', i + EARLY.length));
  const provider = { id: 'csv', url, settings: { basis: 'raw', zone: 'UTC' } };
  history = openHistory({ store: join(folder, 'data'), provider, clock: () => NOW, workers: 1 });
});
afterEach(async () => {
  await history.close();
  await rm(folder, { recursive: true });
});

/** A whole session of New York, of other volumes than the others'. */
function minutesOf(date: string, other: number): string {
  const open = Date.parse(`${date}T${date < '2026-03-08' ? '14' : '13'}:30:00Z`);
  const rows = Array.from({ length: 390 }, (_, i) => {
    const close = (100 + ((i * i * 37 + i) % 101) / 100).toFixed(2);
    return `${new Date(open + i * MINUTE_MS).toISOString()},${close},${close},${close},${close},${100 + i + 7 * other}`;
  });
  return `datetime,open,high,low,close,volume\n${rows.join('\n')}\n`;
}

const run = (): Promise<RunSummary> =>
  history.backfill({ tickers: [...EARLY, ...LATE], intervals: ['1m'], ...RANGE });

const reasons = ({ failures }: RunSummary): Record<string, string> =>
  Object.fromEntries(failures.map(({ ticker, code, message }) => [ticker, `${code}: ${message}`]));

const stays = (sessions: string, end: string): string =>
  `incomplete: ${sessions} sessions stay missing: its files end on ${end}; where they are not kept up, an end of ${end} asks for no more`;

describe('files of minutes that hold a part of the range, in a folder of many', () => {
  it('are said to end where they do, in one reason a series, by each run', async () => {
    const first = await run();
    expect(first).toMatchObject({ failed: 9, bars: 9 * 390 });
    expect(reasons(first)).toEqual({
      ...Object.fromEntries(EARLY.map((ticker) => [ticker, stays('91 of 94', '2025-11-26')])),
      ...Object.fromEntries(LATE.map((ticker) => [ticker, stays('5 of 34', '2026-04-02')])),
    });
    expect(first.failures).toHaveLength(9);
    expect(summaryText(first)).toContain('FAILED (9)');
    const again = await run();
    expect(again).toMatchObject({ failed: 9, bars: 0 });
    expect(Object.keys(reasons(again))).toHaveLength(9);
    for (const message of Object.values(reasons(again)))
      expect(message).toMatch(/its files end on 202\d-\d\d-\d\d; /);
  });

  it('are known to begin where they do, so that what lies before is not asked for again', async () => {
    await run();
    const { series } = await history.coverage({ tickers: ['KO'], intervals: ['1m'], ...RANGE });
    expect(series).toMatchObject([{ present: 1, absent: 88, missing: 5 }]);
    expect(JSON.stringify(series)).toContain('its files begin on 2026-04-02');
    const upToTheEnd = { tickers: LATE, intervals: ['1m'] as const, start: RANGE.start, end: '2026-04-02' };
    expect(await history.backfill(upToTheEnd)).toMatchObject({ failed: 0, requests: 0, failures: [] });
  });
});
