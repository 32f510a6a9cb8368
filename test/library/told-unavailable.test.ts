import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let simulator: Logged;
let now = NOW;
beforeEach(async () => {
  now = NOW;
  folder = await temporaryFolder();
  simulator = await start({ wire: 'yahoo', now: () => now });
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

async function run(request: Parameters<ReturnType<typeof openHistory>['backfill']>[0]): Promise<RunSummary> {
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => (now += 1) },
    ...{ provider: { id: 'yahoo', url: simulator.url }, quotas: [], workers: 1 },
  });
  const summary = await history.backfill(request);
  await history.close();
  now += 60_000;
  return summary;
}

async function written(tickers: readonly string[]): Promise<string> {
  const plan = `${folder.path}/night.plan`;
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => (now += 1) },
    ...{ provider: { id: 'yahoo', url: simulator.url }, quotas: [], workers: 1 },
  });
  await history.plan({ tickers, days: 20, to: plan });
  await history.close();
  return plan;
}

const strictly = (summary: RunSummary): number => exitCodeOf(summary, { strict: true });
const UNKNOWN = ['NOSUCH', 'ALFA'];

it('what cannot be had is told again by a plan that was carried out, as by any run', async () => {
  const plan = await written(UNKNOWN);
  const first = await run({ plan });
  expect(first).toMatchObject({ complete: 0, fetched: 1, unavailable: 1, newlyUnavailable: true });
  for (const request of [{ plan }, { plan }, { tickers: UNKNOWN, days: 20 }]) {
    const later = await run(request);
    expect(later).toMatchObject({ sent: 0, series: 2, complete: 1, unavailable: 1 });
    expect(later.cannotBeHad).toMatchObject([{ reason: 'unknown-ticker', tickers: ['NOSUCH'] }]);
    expect([exitCodeOf(later), strictly(later)]).toEqual([0, 1]);
  }
});

it.each([
  ['a run', async () => ({ tickers: UNKNOWN, days: 20 })],
  ['a plan', async () => ({ plan: await written(UNKNOWN) })],
])('what cannot be had is news where %s that found it was killed before it told', async (_, requestOf) => {
  const request = await requestOf();
  const { runId } = await run(request);
  // As a killed run leaves it.
  await rm(join(folder.path, 'data', 'runs', `${runId}.json`));
  const next = await run(request);
  expect(next).toMatchObject({ sent: 0, complete: 1, unavailable: 1, newlyUnavailable: true });
  expect(exitCodeOf(next)).toBe(1);
  const last = await run(request);
  expect([last.newlyUnavailable, exitCodeOf(last), last.unavailable]).toEqual([false, 0, 1]);
});

it('what others wanted to know of is news of theirs alone', async () => {
  const { runId } = await run({ tickers: UNKNOWN, days: 20 });
  await rm(join(folder.path, 'data', 'runs', `${runId}.json`));
  expect(exitCodeOf(await run({ tickers: ['ALFA'], days: 20 }))).toBe(0);
});

it('a stored ticker that another provider does not know is one of which nothing can be had, and no failure', async () => {
  const files = `${folder.path}/files`;
  const rows = ['2026-02-26', '2026-02-27', '2026-03-02'].map(
    (day, i) => `${day},10,11,9,${10 + i / 10},100`,
  );
  await mkdir(files);
  await writeFile(`${files}/NOSUCH.csv`, ['date,open,high,low,close,volume', ...rows, ''].join('\n'));
  const range = { tickers: ['NOSUCH'], start: '2026-02-26' };
  const first = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => now, workers: 1 },
    provider: { id: 'csv', url: files, settings: { basis: 'raw' } },
  });
  expect(await first.backfill({ ...range, end: '2026-02-26' })).toMatchObject({ fetched: 1, inserted: 1 });
  await first.close();
  const summary = await run({ tickers: ['NOSUCH', 'NEVER'], start: '2026-02-26' });
  expect(summary).toMatchObject({ failed: 0, unavailable: 2, newlyUnavailable: true });
  expect(summary.cannotBeHad).toMatchObject([{ reason: 'unknown-ticker', tickers: ['NEVER', 'NOSUCH'] }]);
  expect(exitCodeOf(summary)).toBe(1);
});
