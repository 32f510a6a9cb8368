import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../../src/backfill/backfill.ts';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import { engineOf } from '../../library/engine-of.ts';
import { forget } from '../../../src/library/forget.ts';
import { openCsv } from '../../../src/providers/csv/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { NOON, temporaryFolder } from '../../store/fixtures.ts';
import { toolsInProcess } from '../in-process.ts';
import { SESSIONS } from '../received.ts';
import { rowsIn } from '../../store/rows.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const dateOf = (session: number): string => formatDay(SESSIONS[session] ?? 0);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

/** A run over the sessions from `first` to `last`, of a vendor that gives them in the unit of `unitOf`. */
async function fill(unitOf: (session: number) => number, last: number, first = 0): Promise<RunSummary> {
  const files = join(folder.path, 'csv');
  await mkdir(files, { recursive: true });
  const rows = SESSIONS.slice(0, last + 1).map((day, i) => {
    const unit = unitOf(i);
    const [low, close, high] = [-1, (i % 3) / 8, 1].map((move) => (250 + move) / unit);
    return `${formatDay(day)},${close},${high},${low},${close},${1000 + i}`;
  });
  await writeFile(join(files, 'AAPL.csv'), ['date,open,high,low,close,volume', ...rows, ''].join('\n'));
  const provider = openCsv({ id: 'csv', url: files, settings: { basis: 'raw' } });
  const now = Date.parse(`${dateOf(last + 1)}T12:00:00Z`);
  const range = { start: dateOf(first), end: dateOf(last) };
  return backfill(
    { tickers: ['AAPL'], ...range },
    toolsInProcess(provider, store, () => now),
  );
}

const messages = ({ failures }: RunSummary): string[] => failures.map(({ message }) => message);
const closes = async (): Promise<number[]> =>
  (await rowsIn(store, AAPL)).map(({ close }) => Math.round(close * 100));

describe('a unit that changed for good', () => {
  it('is had by forgetting what is stored, as the failure says, where the whole history changed', async () => {
    expect(messages(await fill(() => 1, 20))).toEqual([]);
    const [message, ...others] = messages(await fill(() => 100, 21));
    expect(message).toMatch(
      /1\/100 of .* another unit; if its unit changed for good, backfill forget AAPL --interval 1d, then run again, with --start \S+ if older rows still come in the old one; check-data/,
    );
    expect(others).toEqual([]);
    await forget(engineOf(store), ['AAPL'], { intervals: ['1d'] }, NOON);
    expect(messages(await fill(() => 100, 21))).toEqual([]);
    expect(new Set(await closes())).toEqual(new Set([250]));
    expect(await closes()).toHaveLength(22);
    expect(messages(await fill(() => 100, 22))).toEqual([]);
  });

  it('is had from its first day on where the history changes in the middle', async () => {
    const inTheMiddle = (session: number): number => (session < 20 ? 1 : 100);
    expect(messages(await fill(inTheMiddle, 19))).toEqual([]);
    expect(messages(await fill(inTheMiddle, 20))).toEqual([
      expect.stringContaining(`--start ${dateOf(20)}, as older rows still come in the old one`),
    ]);
    const advice = new RegExp(
      `if its unit changed for good, backfill forget AAPL --interval 1d, then run again, with --start ${dateOf(20)}(, as| if) older rows`,
    );
    // Each day says the same of the day that it began.
    for (const last of [21, 23])
      expect(messages(await fill(inTheMiddle, last))).toEqual([expect.stringMatching(advice)]);
    await forget(engineOf(store), ['AAPL'], { intervals: ['1d'] }, NOON);
    expect(messages(await fill(inTheMiddle, 23, 20))).toEqual([]);
    expect(await closes()).toHaveLength(4);
    expect(messages(await fill(inTheMiddle, 24, 20))).toEqual([]);
    expect(await closes()).toHaveLength(5);
  });

  it('is not spoken of where the unit came back, or the rows are older than what is stored', async () => {
    await fill(() => 1, 19);
    const [message] = messages(await fill((session) => (session > 19 && session < 24 ? 100 : 1), 25));
    expect(message).toMatch(/4 of 6 rows .* another unit; check-data/);
    await forget(engineOf(store), ['AAPL'], {}, NOON);
    await fill(() => 1, 20, 15);
    const [older] = messages(await fill((session) => (session < 15 ? 100 : 1), 20));
    expect(older).toMatch(/another unit; check-data/);
  });
});
