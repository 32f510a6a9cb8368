import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

export const NOW = '2026-03-02T23:00:00Z';
export const SAMPLE = ['--provider', 'sample', '--now', NOW, '--days', '5'];

/** A store of two tickers, made once, and what a program says that runs beside it. */
export let folder = '';
export let store = '';
export const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

/** Makes the store before the tests of a file, and removes it after them. */
export function filledStore(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-bad-'));
    store = join(folder, 'store');
    expect((await backfill(...SAMPLE, '--tickers', 'ALFA,BRIQ', '--store', store)).code).toBe(0);
    await writeFile(join(folder, 'empty.txt'), '');
    await writeFile(
      join(folder, 'binary.txt'),
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));
}
