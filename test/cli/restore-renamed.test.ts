import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Finished, run } from './one-process.ts';
import { coverage, daily, days, update } from '../store/fixtures.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> =>
  run('backfill', [...args, '--store', 'other'], folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-restore-'));
  const learned = coverage({ present: [days('2022-06-07', '2022-06-09')] });
  const bars = [daily('2022-06-07'), daily('2022-06-08')];
  const store = openStore(join(folder, 'other'));
  await store.upsert(update(bars, { series: { ticker: 'FB', interval: '1d' }, learned }));
});
afterAll(() => rm(folder, { recursive: true }));

it('bars that come back to a ticker which they are no more of are told of, with lines that can be pasted', async () => {
  const move = 'backfill --store other rename META FB --start 2022-06-07 --end 2022-06-08';
  expect((await backfill('rename', 'FB', 'META', '--on', '2022-06-09')).code).toBe(0);
  expect((await backfill('forget', 'META', '--yes')).code).toBe(0);
  const undone = await backfill('rename', '--undo', 'FB', 'META');
  const [recorded, forgotten] = undone.stderr.split('\n');
  expect(recorded).toBe(
    'No more is recorded that FB became META on 2022-06-09: nothing is there before 2022-06-09.',
  );
  expect(forgotten).toMatch(
    /^What was forgotten of it from 2022-06-07 to 2022-06-08 as META's did not go back: backfill --store other restore /,
  );
  expect(forgotten).toContain(`, and then ${move} moves it to FB`);
  const restored = await backfill('restore', 'newest');
  expect(restored.stderr).toBe(
    'Brought back 2 bars, 0 splits and dividends.\nWhat came back from 2022-06-07 to 2022-06-08 lies under META, and that ' +
      `it was FB's was taken back since; to move it to FB: ${move}\n`,
  );
  expect([undone.code, restored.code]).toEqual([0, 0]);
  const [, ...args] = move.replace('--store other ', '').split(' ');
  expect((await backfill(...args)).stderr).toContain('moved 2 bars');
  expect((await backfill('check-data', 'FB', '--json')).stdout).toContain('"present":2');
});
