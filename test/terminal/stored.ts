import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { run } from '../cli/one-process.ts';
import type { Terminal } from './terminal.ts';

/**
 * Has runs with the options of these lines fill a store once, before the tests of a block; gives what puts a copy of it into the
 * home of a terminal, as `data` or by another name.
 */
export function storedOnce(
  ...lines: readonly string[]
): (terminal: Terminal, name?: string) => Promise<void> {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-stored-'));
    for (const line of lines)
      expect(await run('backfill', [...line.split(' '), '--store', 'data'], folder)).toMatchObject({
        code: 0,
      });
  });
  afterAll(() => rm(folder, { recursive: true }));
  return ({ home }, name = 'data') => cp(join(folder, 'data'), join(home, name), { recursive: true });
}
