import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runText } from '../../src/report/runs-text.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { type History, openHistory } from '../../src/index.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');

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

it('a run is told as it ended, by its id, the beginning of it, or as the last', async () => {
  const first = await history.backfill({ tickers: ['ALFA', 'NOSUCH'], days: 20 });
  now += 3_600_000;
  const second = await history.backfill({ tickers: ['ALFA'], days: 40, intervals: ['1h', '1d'] });
  const { runs, spoilt } = await history.runs();
  expect(spoilt).toEqual([]);
  expect(runs.map(({ id, provider, intervals }) => [id, provider, intervals])).toEqual([
    [second.runId, 'sample', ['1h', '1d']],
    [first.runId, 'sample', ['1d']],
  ]);
  expect(runs[1]?.summary).toMatchObject(first);
  expect((await history.runs({ last: 1 })).runs.map(({ id }) => id)).toEqual([second.runId]);
  expect((await history.run('last')).id).toBe(second.runId);
  expect((await history.run((first.runId ?? '').slice(0, 14))).id).toBe(first.runId);
  expect((await history.run(first.runId ?? '')).id).toBe(first.runId);
});

it('an id that none has, or several, is refused, and so is a number that is none', async () => {
  await expect(history.run('last')).rejects.toThrow('run "last": no such run is on record');
  const ids: (string | undefined)[] = [];
  for (const days of [20, 40]) {
    ids.push((await history.backfill({ tickers: ['ALFA'], days })).runId);
    now += 60_000;
  }
  await expect(history.run('2026')).rejects.toThrow(
    `run "2026": several on record begin so, ${ids[0]} and ${ids[1]} among them; give the whole id`,
  );
  await expect(history.run('1999')).rejects.toThrow(
    'run "1999": no such run is on record, as none is that goes on or was killed; backfill runs lists the last ones',
  );
  await expect(history.runs({ last: 0 })).rejects.toThrow('last 0: must be a whole number above 0');
  await expect(history.runs({ lsat: 3 } as never)).rejects.toThrow('lsat');
  await expect(history.run(7 as never)).rejects.toThrow('run: the id 7: must be a text');
});

it('a record of an earlier version, or one that a tool changed, says nothing of what it lacks', async () => {
  await history.backfill({ tickers: ['ALFA'], days: 20 });
  const id = '20990101T000000Z-abcd';
  const record = {
    provider: 'yahoo',
    startedAt: 4_070_908_800_000,
    endedAt: 4_070_908_801_000,
    fetched: 7,
    requests: 9,
  };
  const odd = { failures: 'many', drift: null, requestsBy: [], bars: '12' };
  await writeFile(`${folder.path}/data/runs/${id}.json`, JSON.stringify({ ...record, ...odd }));
  const run = await history.run('last');
  expect(run).toMatchObject({
    ...{ id, provider: 'yahoo', intervals: [] },
    summary: { fetched: 7, bars: 0, failures: [], drift: {}, sent: 0, requestsBy: { retries: 0, priced: 9 } },
  });
  expect(runText(run, UNBOUNDED)).toContain('Fetched: 7  Errors: 0  Skipped: 0');
});
