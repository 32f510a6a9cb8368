import type * as Fs from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openQuotaFile } from '../../../src/providers/http/quota-file.ts';

/** What Node's own file system is asked, in order: `write quota/key.json.tmp`. */
let calls: string[] = [];
let folder = '';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const opened = new Map<number, string>();
  const note = (call: string, path: Fs.PathLike): void => {
    calls.push(`${call} ${String(path).slice(folder.length + 1) || '.'}`);
  };
  return {
    ...fs,
    openSync: (path: string, flags: string) => {
      const file = fs.openSync(path, flags);
      opened.set(file, path);
      return file;
    },
    writeSync: (file: number, text: string) => {
      note('write', opened.get(file) ?? '?');
      return fs.writeSync(file, text);
    },
    fsyncSync: (file: number) => {
      note('fsync', opened.get(file) ?? '?');
      fs.fsyncSync(file);
    },
    renameSync: (from: string, to: string) => {
      note('rename', to);
      fs.renameSync(from, to);
    },
  };
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-durable-'));
  calls = [];
});
afterEach(() => rm(folder, { recursive: true }));

it('a reservation is on the disk before it is used, and so are its folders', async () => {
  const path = join(folder, 'state/quota/key.json');
  const file = await openQuotaFile({ path, former: [] }, Date.now);
  expect(calls).toEqual(['fsync .', 'fsync state']);
  calls = [];
  await file.change((record) => ({ record: { ...record, nextAt: 7 }, result: undefined }));
  expect(calls).toEqual([
    'write state/quota/key.json.tmp',
    'fsync state/quota/key.json.tmp',
    'rename state/quota/key.json',
    'fsync state/quota',
  ]);
  expect(await readFile(path, 'utf8')).toContain('"nextAt":7');
  file.close();
});
