import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

// What the doctor moved to quarantine, in the words of each command until a run has fetched it again.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-lost-'));
});
afterEach(() => rm(folder, { recursive: true }));

const NOW = ['--now', '2026-03-02T23:00:00Z'];

const backfill = (...argv: string[]): Promise<Finished> => run('backfill', argv, folder);
const fill = (): Promise<Finished> =>
  backfill('ALFA', 'BRIQ', '--provider', 'sample', '--days', '20', '--no-progress', ...NOW);

const pathOf = (ticker: string): string => `bars/interval=1d/ticker=${ticker}/period=all/bars.parquet`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

it('is not there, and no damage, until the same backfill is run again', async () => {
  await fill();
  const [one, two] = ['ALFA', 'BRIQ'].map((ticker) => join(folder, 'data', pathOf(ticker))) as [
    string,
    string,
  ];
  const whole = await readFile(one);
  await writeFile(one, whole.subarray(0, whole.length / 2));
  await rm(two);

  const fixed = await backfill('doctor', '--fix');
  expect(fixed.code).toBe(1);
  expect(fixed.stdout).toContain('1 damage in 1 file: 1 mended, 0 left.\n');
  expect(oneLine(fixed.stdout)).toContain(
    'What 1 file that was damaged before, or is gone, held is not there either:',
  );

  const doctor = await backfill('doctor');
  const text = oneLine(doctor.stdout);
  expect(doctor.code).toBe(1);
  expect(text).toContain('Examined 0 partitions (0 rows): no damage.');
  expect(text).toContain(
    'What 2 files that were damaged, or are gone, held is not there: run the same backfill again, or give them up by backfill forget.',
  );
  expect(text).not.toContain('none can be mended');

  const coverage = await run('check-data', [...NOW], folder);
  expect(coverage.code).toBe(1);
  expect(oneLine(coverage.stdout)).toContain(`not there: ${pathOf('ALFA')}: damaged, and in quarantine; `);
  expect(oneLine(coverage.stdout)).toContain(
    `not there: ${pathOf('BRIQ')}: gone, and no command of ours took it`,
  );
  expect(coverage.stdout).not.toContain('unreadable');

  const status = oneLine((await backfill('status', ...NOW)).stdout);
  expect(status).toContain(
    'nothing of it is to be had 2 files are damaged, or were and are not fetched again: backfill doctor tells which',
  );
  expect(status).not.toContain('nothing is stored yet');

  const again = await fill();
  expect(again.code).toBe(0);
  expect(oneLine(again.stderr)).toContain(`not there: ${pathOf('ALFA')}: damaged, and in quarantine; `);
  expect((await backfill('doctor')).stdout).toBe('Examined 2 partitions (40 rows): no damage.\n');
});
