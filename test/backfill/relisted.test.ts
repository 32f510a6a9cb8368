import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { joinRuns } from '../../src/backfill/settle/joined-runs.ts';
import { tickersOfGoneList } from '../../src/backfill/plan/gone-list.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { actionText } from '../../src/core/actions/action-text.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { csvCapabilities } from '../../src/providers/csv/capabilities.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import type { Basis } from '../../src/providers/provider.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { toolsInProcess } from './in-process.ts';

const DAYS = calendarById('XNYS')
  .sessions({ from: parseDay('2017-03-01'), to: parseDay('2017-04-08') })
  .map(formatDay);
const NOW = Date.parse('2018-06-01T00:00:00Z');
const AAPL = { ticker: 'AAPL', interval: '1d' } as const;

const RAW = { id: 'csv', url: '/', settings: { basis: 'raw' } };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(join(folder.path, 'store'));
  await bars('AAPL', () => 100);
  await bars('MSFT', () => 60);
});
afterEach(() => folder.remove());

const bars = (name: string, closeOf: (i: number) => number): Promise<void> => {
  const rows = DAYS.map((day, i) => {
    const close = closeOf(i) + (i % 3) / 8;
    return `${day},${close},${close + 1},${close - 1},${close},1000`;
  });
  return writeFile(join(folder.path, `${name}.csv`), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
};
const list = (...lines: readonly string[]): Promise<void> =>
  writeFile(join(folder.path, 'actions.csv'), ['ticker,date,kind,value', ...lines, ''].join('\n'));

/** What the plan said, and the run. */
async function run(
  basis: Basis = 'raw',
  now = NOW,
): Promise<{
  relisted: readonly string[] | undefined;
  goneList: readonly string[] | undefined;
  requests: number;
  summary: RunSummary;
}> {
  const provider = openCsv({ id: 'csv', url: folder.path, settings: { basis } });
  let planned: Extract<BackfillEvent, { type: 'planned' }> | undefined;
  const summary = await backfill(
    { tickers: ['AAPL', 'MSFT'], start: DAYS[0] ?? '', end: DAYS.at(-1) ?? '' },
    {
      ...toolsInProcess(provider, store, () => now),
      onEvent: (event) => void (event.type === 'planned' && (planned = event)),
    },
  );
  const { relisted, goneList, totals } = planned?.plan ?? {};
  return { relisted, goneList, requests: totals?.requests ?? -1, summary };
}

const inForce = async (): Promise<string[]> => (await store.readActions('AAPL')).map(actionText);
const closes = async (): Promise<number[]> =>
  (await rowsIn(store, AAPL, { from: 0, to: 99_999 })).map(({ close }) => Math.round(close / 10) * 10);
const notes = ({ summary }: Awaited<ReturnType<typeof run>>): string[] =>
  summary.warnings.filter(({ kind }) => kind === 'action-changed').map(({ note }) => note);

describe('an actions.csv that changed though no session is missing', () => {
  it('is taken by the next run, for the tickers of which it changed, and once', async () => {
    await list('AAPL,2017-03-08,dividend,0.5', 'MSFT,2017-03-08,dividend,0.3');
    await run();
    expect(await run()).toMatchObject({ relisted: [], requests: 0 });
    await list('AAPL,2017-03-08,dividend,0.6', 'MSFT,2017-03-08,dividend,0.3', 'AAPL,2017-03-10,dividend,1');
    const changed = await run();
    expect(changed).toMatchObject({ relisted: ['AAPL'], requests: 1, summary: { failures: [] } });
    expect(await inForce()).toEqual(['dividend of 0.6', 'dividend of 1']);
    expect(notes(changed)).toEqual(['the dividend of 0.5 is a dividend of 0.6 now, by csv']);
    expect(await run()).toMatchObject({ relisted: [], requests: 0 });
  });

  it('is taken once where what it lists more is yet to come', async () => {
    await list('AAPL,2017-03-08,dividend,0.5');
    await run();
    await list('AAPL,2017-03-08,dividend,0.5', 'AAPL,2019-01-02,dividend,1');
    expect((await run()).relisted).toEqual(['AAPL']);
    expect(await run()).toMatchObject({ relisted: [], requests: 0 });
    expect(await inForce()).toEqual(['dividend of 0.5']);
  });

  it('withdraws what is taken out of it', async () => {
    await list('AAPL,2017-03-08,dividend,0.5');
    await run();
    await list();
    const changed = await run();
    expect(changed.relisted).toEqual(['AAPL']);
    expect(await inForce()).toEqual([]);
    expect(notes(changed)).toEqual(['the dividend of 0.5 is withdrawn: csv does not list it now']);
    expect((await run()).requests).toBe(0);
  });

  it('with a split that its prices are adjusted for has all older bars turned back with it', async () => {
    // Shares that traded at 200 before they were split on the 15th session.
    await list();
    await run('split-adjusted');
    expect(await closes()).toEqual(DAYS.map(() => 100));
    await list(`AAPL,${DAYS[15]},split,2:1`);
    const { relisted, summary } = await run('split-adjusted');
    expect([relisted, summary.failures]).toEqual([['AAPL'], []]);
    expect(await closes()).toEqual(DAYS.map((_, i) => (i < 15 ? 200 : 100)));
    expect((await run('split-adjusted')).requests).toBe(0);
  });

  it('is known to have changed by a store whose scan is cached, too', async () => {
    await list('AAPL,2017-03-08,dividend,0.5');
    await run();
    const lists = (await store.scan()).ownLists;
    expect([...(lists?.keys() ?? [])].toSorted()).toEqual(['AAPL', 'MSFT']);
    expect((await openStore(store.url).scan()).ownLists).toEqual(lists);
  });

  it('takes nothing back where it is gone', async () => {
    await list('AAPL,2017-03-08,dividend,0.5');
    await run();
    await rm(join(folder.path, 'actions.csv'));
    expect((await run()).requests).toBe(0);
    expect(await inForce()).toEqual(['dividend of 0.5']);
  });

  it('is missed where it is gone, by every run, for the tickers of which it said something', async () => {
    await list('AAPL,2017-03-08,dividend,0.5');
    expect((await run()).goneList).toBeUndefined();
    await rm(join(folder.path, 'actions.csv'));
    const missed = await run();
    expect([missed.goneList, missed.summary.goneList]).toEqual([['AAPL'], ['AAPL']]);
    expect((await run()).goneList).toEqual(['AAPL']);
    expect(joinRuns([missed.summary, missed.summary]).goneList).toEqual(['AAPL']);
    await list();
    const relisted = await run();
    expect(relisted).toMatchObject({ relisted: ['AAPL'], goneList: undefined });
    expect(relisted.summary).not.toHaveProperty('goneList');
    expect(await inForce()).toEqual([]);
    await rm(join(folder.path, 'actions.csv'));
    expect((await run()).goneList).toBeUndefined();
  });

  it('is missed by no run of another source', async () => {
    await list('AAPL,2017-03-08,dividend,0.5');
    await run();
    await rm(join(folder.path, 'actions.csv'));
    const scan = await store.scan();
    const silent = { capabilities: csvCapabilities(RAW), ownListOf: () => null };
    const missed = (source: Parameters<typeof tickersOfGoneList>[2]): Promise<readonly string[]> =>
      tickersOfGoneList(['AAPL', 'MSFT'], scan, source, store);
    expect(await missed(silent)).toEqual(['AAPL']);
    expect(await missed({ ...silent, capabilities: { ...silent.capabilities, id: 'other' } })).toEqual([]);
    expect(await missed({ capabilities: silent.capabilities })).toEqual([]);
  });
});
