import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NOT_ENDED } from '../../src/backfill/run/run-record.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { SeriesStatus } from '../../src/report/status-text.ts';
import { NOW } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// A run that is killed leaves no record, or the one that it was begun with; what it stored is there.

const DAY = 86_400_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let history: History;
let now = NOW;
beforeEach(async () => {
  folder = await temporaryFolder();
  now = NOW;
  history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => now },
    ...{ provider: { id: 'sample' }, workers: 1 },
  });
});
afterEach(async () => {
  await history.close();
  await folder.remove();
});

const recordAt = (id: string | undefined): string => `${folder.path}/data/runs/${id}.json`;

/** A run of a session more than the one before had. */
async function topUp(tickers: readonly string[]): Promise<string | undefined> {
  now += DAY;
  return (await history.backfill({ tickers, days: 5 })).runId;
}

async function lastRunOf(ticker: string): Promise<SeriesStatus['lastRun'] | undefined> {
  return (await history.seriesStatus({ tickers: [ticker] }))[0]?.lastRun;
}

/** The record of a run that was begun and has not ended, of a series that it was to fill. */
async function begun(id: string, ticker: string): Promise<void> {
  const left = [{ why: 'not-run', interval: '1d', from: '2026-01-02', to: '2026-11-20', tickers: [ticker] }];
  const record = { provider: 'yahoo', startedAt: now, endedAt: now, stopped: NOT_ENDED, left };
  await writeFile(recordAt(id), JSON.stringify(record));
}

it('is told by when it stored something, whatever older run is on record', async () => {
  // A Friday's session, and none of the weekend.
  now -= 3 * DAY;
  const first = await topUp(['ALFA', 'BRIQ']);
  const second = await topUp(['ALFA']);
  expect(await lastRunOf('ALFA')).toMatchObject({ id: second, outcome: 'stored' });
  expect(await lastRunOf('BRIQ')).toMatchObject({ id: first, outcome: 'stored' });
  await rm(recordAt(second));
  expect(await lastRunOf('ALFA')).toEqual({ id: null, provider: null, endedAt: now, outcome: 'interrupted' });
  expect(await lastRunOf('BRIQ')).toMatchObject({ id: first, outcome: 'stored' });
  // A later run has nothing to do with it, nor does what an earlier one left.
  await begun('20260101T000000Z-aaaa', 'CORV');
  const then = now;
  now += 3_600_000;
  await history.backfill({ tickers: ['BRIQ'], days: 2 });
  expect(await lastRunOf('ALFA')).toMatchObject({ id: null, endedAt: then });
  // Nobody knows how old it is where no record is as old.
  await rm(`${folder.path}/data/runs`, { recursive: true });
  expect(await lastRunOf('ALFA')).toBeNull();
});

it('is none where a run on record stored it, be it one that another overtook', async () => {
  const long = await topUp(['ALFA']);
  const record = JSON.parse(await readFile(recordAt(long), 'utf8')) as { startedAt: number };
  const { startedAt } = record;
  const begunBefore = { ...record, startedAt: startedAt - 3_600_000, seal: undefined };
  await writeFile(recordAt(long), JSON.stringify(begunBefore));
  const left = [{ why: 'failed', interval: '1d', from: '2026-11-02', to: '2026-11-20', tickers: ['ALFA'] }];
  const short = { provider: 'sample', startedAt: startedAt - 60_000, endedAt: startedAt - 1, left };
  await writeFile(recordAt('20990101T000000Z-cccc'), JSON.stringify(short));
  expect(await lastRunOf('ALFA')).toMatchObject({ id: '20990101T000000Z-cccc', outcome: 'failed' });
});

it('is the one that it was begun as, where it left that', async () => {
  now -= 3 * DAY;
  const first = await topUp(['ALFA', 'BRIQ']);
  now += DAY / 2;
  await begun('20990101T000000Z-bbbb', 'ALFA');
  expect(await lastRunOf('ALFA')).toMatchObject({ id: '20990101T000000Z-bbbb', outcome: 'not-run' });
  now += DAY / 2;
  const { runId } = await history.backfill({ tickers: ['ALFA'], days: 5 });
  expect(await lastRunOf('ALFA')).toMatchObject({ id: runId, outcome: 'stored' });
  await rm(recordAt(runId));
  expect(await lastRunOf('ALFA')).toEqual({
    ...{ id: '20990101T000000Z-bbbb', provider: 'yahoo', endedAt: now, outcome: 'interrupted' },
  });
  expect(await lastRunOf('BRIQ')).toMatchObject({ id: first, outcome: 'stored' });
});
