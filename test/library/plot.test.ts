import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type History, type Interval, type RangeOptions, openHistory } from '../../src/index.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOW = Date.parse('2026-11-27T23:00:00Z');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let history: History;
beforeEach(async () => {
  folder = await temporaryFolder();
  const csv = `${folder.path}/csv`;
  await mkdir(csv);
  await writeFile(`${csv}/A&B.csv`, rows('2026-10-01', 38));
  await writeFile(`${csv}/LONG.csv`, rows('2023-01-03', 900));
  await writeFile(
    `${csv}/actions.csv`,
    'ticker,date,kind,value\nA&B,2026-11-02,split,3:2\nA&B,2026-11-10,dividend,0.25\nA&B,2026-09-01,split,2:1\n',
  );
  history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ provider: { id: 'csv', url: csv, settings: { basis: 'raw' } }, workers: 1 },
  });
});
afterEach(async () => {
  await history.close();
  await folder.remove();
});

const isSession = (at: number): boolean => {
  const day = at / 86_400_000;
  return calendarById('XNYS').sessions({ from: day, to: day + 1 }).length > 0;
};

/** So many sessions from a date on, without 2026-10-13 and -14. */
function rows(from: string, count: number): string {
  const lines = ['Date,Open,High,Low,Close,Volume'];
  for (let day = Date.parse(`${from}T00:00:00Z`), i = 0; i < count; day += 86_400_000) {
    const date = new Date(day).toISOString().slice(0, 10);
    if (!isSession(day)) continue;
    i++;
    if (['2026-10-13', '2026-10-14'].includes(date)) continue;
    const price = (date < '2026-11-02' ? 30 : 20) + (i % 7);
    lines.push(`${date},${price},${price + 1},${price - 1},${price + 0.5},${1000 + i}`);
  }
  return `${lines.join('\n')}\n`;
}

const titleOf = (svg: string): string => /<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? '';
/** The areas of sessions of which nothing is known. */
const gapsIn = (svg: string): number => svg.match(/<polygon [^>]*fill="#d1495b55"/g)?.length ?? 0;

it('a series is drawn with its gaps, splits and dividends, and says in words what is seen', async () => {
  await history.backfill({ tickers: ['A&B'], start: '2026-10-01', end: '2026-11-20' });
  await history.forget('A&B', { start: '2026-10-20', end: '2026-10-21' });
  const svg = await history.plot({ ticker: 'A&B', interval: '1d' });
  expect(svg).toMatch(/^<svg[^>]* role="img"><title>/);
  expect(titleOf(svg)).toBe(
    'A&amp;B 1d, as traded: 33 bars, 2026-10-01 to 2026-11-20; 6 sessions missing in 2 gaps (red); 2 known to have no bar (grey); 1 split; 1 dividend',
  );
  expect(gapsIn(svg)).toBe(2);
  expect(svg).toContain('3:2 split');
  expect(svg).not.toContain('2:1 split');
});

it('a part of it is drawn, adjusted if that is wanted', async () => {
  await history.backfill({ tickers: ['A&B'], start: '2026-10-01', end: '2026-11-20' });
  const part = await history.plot(
    { ticker: 'A&B', interval: '1d' },
    { start: '2026-11-02', end: '2026-11-13', adjust: 'splits' },
  );
  expect(titleOf(part)).toBe(
    'A&amp;B 1d, adjusted for splits: 10 bars, 2026-11-02 to 2026-11-13; no session is missing; 1 dividend',
  );
  expect(gapsIn(part)).toBe(0);
  const [adjusted = '', traded = ''] = await Promise.all(
    (['splits', 'none'] as const).map((adjust) =>
      history.plot({ ticker: 'A&B', interval: '1d' }, { adjust }),
    ),
  );
  const pricesOf = (svg: string): string[] => svg.match(/>\d+<\/text>/g) ?? [];
  expect(pricesOf(traded)).toContain('>36</text>');
  expect(pricesOf(adjusted)).not.toContain('>36</text>');
});

it('many bars are a line', async () => {
  await history.backfill({ tickers: ['LONG', 'A&B'], start: '2023-01-03', end: '2026-11-20' });
  const svg = await history.plot({ ticker: 'LONG', interval: '1d' });
  expect(svg.length).toBeLessThan(120_000);
  const drawnIn = (picture: string): number => picture.match(/<path [^>]*"#2f9e6e"/g)?.length ?? 0;
  expect(drawnIn(svg)).toBe(1);
  const short = await history.plot({ ticker: 'LONG', interval: '1d' }, { end: '2023-06-30' });
  expect(drawnIn(short)).toBeGreaterThan(100);
});

it('a series without a bar in the range is refused with what is stored of it', async () => {
  await history.backfill({ tickers: ['A&B'], start: '2026-10-01', end: '2026-11-20' });
  const refusal = (ticker: string, interval: Interval, range: RangeOptions = {}): Promise<unknown> =>
    history.plot({ ticker, interval }, range).catch((error: unknown) => error);
  for (const ticker of ['A&B', 'a&b'])
    expect(await refusal(ticker, '1d', { start: '2026-09-01', end: '2026-09-30' })).toMatchObject({
      code: 'not-stored',
      message: 'A&B 1d has no bar in the range; its bars are of 2026-10-01..2026-11-20',
    });
  for (const [ticker, interval] of [['NOSUCH', '1d'] as const, ['A&B', '5m'] as const])
    expect(await refusal(ticker, interval)).toMatchObject({
      code: 'not-stored',
      message: `${ticker} ${interval} is not in the store`,
    });
});
