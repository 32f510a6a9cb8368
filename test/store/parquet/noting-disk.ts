import { relative } from 'node:path';
import type { CommitFs } from '../../../src/store/parquet/files/commit-fs.ts';
import { DISK } from '../../../src/store/parquet/files/disk.ts';

/** The disk, noting every step, such as `fsync a/.bars.tmp`; a step whose name or whose number from 1 is `broken` fails. */
export function notingDisk(root: string, steps: string[], broken?: string | number): CommitFs {
  const step = async <T>(name: string, path: string, work: () => Promise<T>): Promise<T> => {
    const shown = relative(root, path).replace(/\.\d+-\d+-\d+\.tmp$/, '.tmp') || '.';
    steps.push(`${name} ${shown}`);
    // A number is where the process dies: nothing after it reaches the disk.
    if (name === broken || steps.length >= Number(broken))
      throw Object.assign(new Error(`EIO: ${name}`), { code: 'EIO', syscall: name });
    return work();
  };
  return {
    makeDirectory: (path) => step('mkdir', path, () => DISK.makeDirectory(path)),
    async create(path) {
      const file = await step('create', path, () => DISK.create(path));
      return {
        write: (content) => step('write', path, () => file.write(content)),
        content: (length, from) => step('read', path, () => file.content(length, from)),
        sync: () => step('fsync', path, () => file.sync()),
        close: async () => {
          // A process that dies closes its files.
          await file.close();
          await step('close', path, () => Promise.resolve());
        },
      };
    },
    rename: (from, to) => step('rename', from, () => DISK.rename(from, to)),
    remove: (path) => step('remove', path, () => DISK.remove(path)),
    syncDirectory: (path) => step('syncdir', path, () => DISK.syncDirectory(path)),
  };
}
