import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ActionBook } from '../../../../src/core/actions/action-book.ts';
import { parseDay } from '../../../../src/core/session/day.ts';
import { union } from '../../../../src/core/session/ranges.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { actionsPath } from '../../../../src/store/parquet/files/layout.ts';
import { AAPL, at, coverage, days, NOON, temporaryFolder, update, WEEK, WEEK_DAYS } from '../../fixtures.ts';
import { notingDisk } from '../noting-disk.ts';
import { tellActions } from '../../told-actions.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ path: root, remove } = await temporaryFolder()));
afterEach(() => remove());

const SPLIT = { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 } as const;
const YEAR = days('2020-01-02', '2021-01-01');
const BOTH = days('2020-01-02', '2026-02-28');

const more = (before: ActionBook): ActionBook => ({
  ...before,
  covered: union(before.covered, [days('2021-01-01', '2026-02-28')]),
});

/** Commits a week whose answer speaks of more days without an action; gives the files that it put in place. */
async function topUp(): Promise<string[]> {
  const steps: string[] = [];
  const edit = await openParquetStore(root, notingDisk(root, steps)).edit(AAPL, WEEK_DAYS);
  await edit.commit({
    actions: more,
    bars: update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }),
  });
  return steps.filter((step) => step.startsWith('rename'));
}

const covered = async (): Promise<unknown> => (await openParquetStore(root).scan()).actions.get('AAPL');
const BARS = 'rename bars/interval=1d/ticker=AAPL/period=all/.bars.tmp';
const ACTIONS = 'rename actions/ticker=AAPL/.actions.tmp';

it('commits one file for days without a split or a dividend', async () => {
  expect(await topUp()).toEqual([ACTIONS, BARS]);
  expect(await topUp()).toEqual([BARS]);
  await tellActions(openParquetStore(root), 'AAPL', [SPLIT], YEAR, 'sample', NOON);
  expect(await topUp()).toEqual([BARS]);
  expect(await covered()).toEqual([BOTH]);
});

it('writes the actions where no bar is written, and where the bars are not daily ones', async () => {
  const store = openParquetStore(root);
  await tellActions(store, 'AAPL', [SPLIT], YEAR, 'sample', NOON);
  await (await store.edit(AAPL, WEEK_DAYS)).commit({ actions: more });
  expect(await covered()).toEqual([BOTH]);
  await store.forgetActions('AAPL');
  await tellActions(store, 'AAPL', [SPLIT], YEAR, 'sample', NOON);
  await (await store.edit(AAPL, WEEK_DAYS)).commit({ actions: more, bars: update([]) });
  expect(await covered()).toEqual([BOTH]);
  await tellActions(store, 'MSFT', [SPLIT], YEAR, 'sample', NOON);
  const minutes = await store.edit({ ticker: 'MSFT', interval: '5m' }, WEEK_DAYS);
  const learned = coverage({ present: [WEEK_DAYS] });
  await minutes.commit({ actions: more, bars: update([at('2026-02-23T14:30Z')], { learned }) });
  expect((await store.scan()).actions.get('MSFT')).toEqual([BOTH]);
});

it('writes the actions where a day is no longer known', async () => {
  const store = openParquetStore(root);
  await tellActions(store, 'AAPL', [SPLIT], YEAR, 'sample', NOON);
  await (
    await store.edit(AAPL, WEEK_DAYS)
  ).commit({
    actions: (before) => ({ ...before, covered: [days('2020-01-02', '2020-06-01')] }),
    bars: update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }),
  });
  expect(await covered()).toEqual([days('2020-01-02', '2020-06-01')]);
});

it('believes nothing that bars told of other actions than the file has', async () => {
  const store = openParquetStore(root);
  await tellActions(store, 'AAPL', [SPLIT], YEAR, 'sample', NOON);
  await topUp();
  expect(await covered()).toEqual([BOTH]);
  const path = join(root, actionsPath('AAPL'));
  const told = await readFile(path);
  await rm(path);
  expect(await covered()).toBeUndefined();
  await tellActions(store, 'AAPL', [], days('2025-01-02', '2025-02-03'), 'sample', NOON);
  expect(await covered()).toEqual([days('2025-01-02', '2025-02-03')]);
  expect((await store.readActionBook('AAPL')).covered).toEqual([days('2025-01-02', '2025-02-03')]);
  await writeFile(path, told);
  expect(await covered()).toEqual([BOTH]);
});

it('is remembered by the cache of a scan', async () => {
  const store = openParquetStore(root);
  await tellActions(store, 'AAPL', [SPLIT], YEAR, 'sample', NOON);
  await topUp();
  for (let i = 0; i < 2; i++) {
    const lease = await store.acquire();
    expect((await store.scan()).actions.get('AAPL')).toEqual([BOTH]);
    await lease.release();
    // What is older than a tick of a clock of files may be remembered.
    await new Promise((resolve) => setTimeout(resolve, 3100));
  }
  const lease = await store.acquire();
  expect((await store.scan()).actions.get('AAPL')).toEqual([BOTH]);
  await lease.release();
}, 20_000);
