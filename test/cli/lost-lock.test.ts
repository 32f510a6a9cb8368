import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exitCodeOfError } from '../../src/cli/output.ts';
import { openStore } from '../../src/store/open.ts';
import { temporaryFolder } from '../store/fixtures.ts';

it('a command whose lock file was taken away failed; one that another is in the way of was a mistake', async () => {
  const folder = await temporaryFolder();
  const [store, other] = [openStore(folder.path), openStore(folder.path)];
  const lease = await store.acquire();
  const codeOf = async (work: Promise<unknown>): Promise<number> => work.then(() => 0, exitCodeOfError);
  expect(await codeOf(other.acquire())).toBe(2);
  await rm(join(folder.path, '.lock'));
  expect(await codeOf(store.saveRun(0, {}))).toBe(1);
  await lease.release();
  await folder.remove();
});
