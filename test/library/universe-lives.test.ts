import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { joinRuns } from '../../src/backfill/settle/joined-runs.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { nothingToDoLine, openingLine } from '../../src/report/plan-text.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { NOW, type Logged, start, stopAll } from '../simulator/running.ts';

let folder = '';
const open: History[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-lives-'));
});
afterEach(async () => {
  for (const history of open.splice(0)) await history.close();
  await stopAll();
  await rm(folder, { recursive: true });
});

const store = (): string => join(folder, 'data');

function historyOf(more: Partial<HistoryOptions> = {}): History {
  const history = openHistory({
    ...{ store: store(), stateFolder: join(folder, 'state'), clock: () => NOW, workers: 1 },
    ...more,
  });
  open.push(history);
  return history;
}

async function universe(name: string, content: unknown): Promise<void> {
  await mkdir(join(store(), 'universes'), { recursive: true });
  await writeFile(join(store(), `universes/${name}.json`), JSON.stringify(content));
}

describe('a universe with a member that is dead', () => {
  let simulator: Logged;
  const sample = (): NonNullable<HistoryOptions['provider']> => ({ id: 'sample', url: simulator.url });
  const MEMBERS = {
    members: [
      { ticker: 'ALFA' },
      { ticker: 'TARN', listed: '2010-01-04', delisted: '2023-06-29' },
      { ticker: 'RUNO', listed: '2010-01-04', delisted: '2019-11-07' },
      { ticker: 'BRIQ', from: '2023-02-01', to: '2023-03-01' },
      { ticker: 'BRIQ', from: '2023-09-01', to: '2023-10-02' },
    ],
  };
  const range = { start: '2023-01-03', end: '2023-12-29' };
  beforeEach(async () => {
    simulator = await start({ wire: 'sample' });
    await universe('mine', MEMBERS);
  });

  it('is counted apart where it has no session in the range, by a plan, a run and batches', async () => {
    const history = historyOf({ provider: sample() });
    const plan = await history.plan({ tickers: 'mine', ...range });
    expect(plan.totals).toMatchObject({ series: 4, complete: 1, withoutSession: 1, toFill: 3 });
    expect(openingLine(plan, [])).toBe(
      `Total: 4  Complete: 0  No session in the range: 1  To fill: 3  Requests: ${plan.totals.requests}`,
    );
    const summary = await history.backfill({ tickers: 'mine', ...range });
    expect(summary).toMatchObject({ fetched: 3, complete: 1, withoutSession: 1, failed: 0, unavailable: 0 });
    expect(exitCodeOf(summary)).toBe(0);
    expect(summaryText(summary)).toContain('Fetched: 3  Errors: 0  Skipped: 0  No session in the range: 1');
    const again = await history.plan({ tickers: 'mine', ...range });
    expect(again.totals).toMatchObject({ series: 4, complete: 4, withoutSession: 1, toFill: 0 });
    expect(nothingToDoLine(again)).toMatch(/of 4 series 3 are complete, 1 has no session in the range\./);
    expect(joinRuns([summary, summary])).toMatchObject({ complete: 2, withoutSession: 2 });
    const later = await history.plan({ tickers: ['ALFA'], ...range });
    expect(later.totals).not.toHaveProperty('withoutSession');
  });

  it('is counted apart by a chain too, and by a plan that was written', async () => {
    const yahoo = await start({ wire: 'yahoo' });
    const chain = historyOf({ provider: [sample(), { id: 'yahoo', url: yahoo.url }].flat() });
    const summary = await chain.backfill({ tickers: 'mine', ...range });
    expect(summary).toMatchObject({ series: 4, complete: 1, withoutSession: 1, failed: 0, notRun: 0 });
    const history = historyOf({ provider: sample(), store: join(folder, 'other') });
    const to = join(folder, 'night.plan');
    const lives = await chain.universe({ tickers: 'mine' });
    await history.plan({ tickers: lives, ...range, to });
    expect(await history.backfill({ plan: to })).toMatchObject({
      complete: 1,
      withoutSession: 1,
      fetched: 3,
    });
  });

  it('is planned within its life', async () => {
    const { tasks, totals } = await historyOf({ provider: sample() }).plan({ tickers: 'mine', ...range });
    expect(totals).toMatchObject({ series: 4, toFill: 3, complete: 1 });
    const wants = new Map(
      tasks
        .flatMap((task) => ('wants' in task ? task.wants : []))
        .map((want) => [want.series.ticker, want.gaps]),
    );
    const days = (ticker: string): string[] =>
      (wants.get(ticker) ?? []).map(({ from, to }) =>
        [from, to - 1].map((one) => new Date(one * 86_400_000).toISOString().slice(0, 10)).join('..'),
      );
    expect(days('TARN')).toEqual(['2023-01-03..2023-06-29']);
    expect(days('BRIQ')).toEqual(['2023-02-01..2023-02-28', '2023-09-01..2023-09-29']);
    expect(days('ALFA')).toEqual(['2023-01-03..2023-12-29']);
  });

  it('is asked for nothing after its death, and is complete', async () => {
    const history = historyOf({ provider: sample() });
    const summary = await history.backfill({ tickers: 'mine', ...range });
    expect(summary).toMatchObject({ stopped: null });
    const { series, totals } = await history.coverage({ tickers: 'mine', ...range });
    expect(totals).toMatchObject({ series: 4, complete: 4, missing: 0, coverage: 100 });
    const tarn = series.find(({ ticker }) => ticker === 'TARN');
    expect(tarn).toMatchObject({ last: '2023-06-29', absent: 0, standing: 'complete' });
    expect(series.find(({ ticker }) => ticker === 'RUNO')).toMatchObject({
      expected: 0,
      standing: 'complete',
    });
    expect(series.find(({ ticker }) => ticker === 'BRIQ')).toMatchObject({ expected: 39, present: 39 });
    const { length: requests } = simulator.entries;
    const again = await historyOf({ provider: sample() }).plan({ tickers: 'mine', ...range });
    expect(again.totals).toMatchObject({ toFill: 0, complete: 4 });
    expect(simulator.entries).toHaveLength(requests);
  });

  it('lacks within its stays what is not there, and nothing between them', async () => {
    const { series } = await historyOf().coverage({ tickers: 'mine', ...range });
    const briq = series.find(({ ticker }) => ticker === 'BRIQ');
    expect(briq?.missingRuns.map(({ from, to }) => `${from}..${to}`)).toEqual([
      ...['2023-02-01..2023-02-28', '2023-09-01..2023-09-29'],
    ]);
    expect(briq?.missingSessions).toHaveLength(39);
  });

  it('of which all lived at other times says so', async () => {
    await universe('dead', { members: [{ ticker: 'RUNO', delisted: '2019-11-07' }] });
    await expect(historyOf({ provider: sample() }).plan({ tickers: 'dead', ...range })).rejects.toThrow(
      /^RUNO has no session of its life in the range asked for \(2023-01-03 to 2023-12-29\)/,
    );
  });
});
