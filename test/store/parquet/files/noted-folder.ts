import { afterEach, beforeEach } from 'vitest';
import type { CommitFs } from '../../../../src/store/parquet/files/commit-fs.ts';
import { temporaryFolder } from '../../fixtures.ts';
import { notingDisk } from '../noting-disk.ts';

/** A folder, new for each test, and a disk that notes its steps. */
export let root: string;
let remove: () => Promise<void>;

/** Has each test of a file begin with a folder of its own. */
export function beginEmpty(): void {
  beforeEach(async () => ({ path: root, remove } = await temporaryFolder()));
  afterEach(() => remove());
}

export const noting = (steps: string[], broken?: string): CommitFs => notingDisk(root, steps, broken);
