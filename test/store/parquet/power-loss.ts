import { existsSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import type { CommitFs } from '../../../src/store/parquet/files/commit-fs.ts';
import { DISK } from '../../../src/store/parquet/files/disk.ts';

/** A disk of which it is known what a power loss would take away now. */
export interface FallibleDisk extends CommitFs {
  /** Names on a path that a power loss would take away, from the root downwards, and contents: `content of FILE`. */
  lost(path: string): string[];
  /** Every operation after so many fails, as of a process that died. */
  dieAfter(operations: number): void;
  readonly syncs: string[];
}

/** The disk, noting for each folder which of its names were not flushed yet, and which contents. */
export function fallibleDisk(root: string): FallibleDisk {
  const pending = new Map<string, Set<string>>();
  const unflushed = new Set<string>();
  const syncs: string[] = [];
  let left = Number.POSITIVE_INFINITY;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left-- <= 0) throw Object.assign(new Error('EIO: died'), { code: 'EIO', syscall: 'died' });
    return work();
  };
  const named = (path: string): void => {
    const names = pending.get(dirname(path)) ?? new Set();
    pending.set(dirname(path), names.add(basename(path)));
  };
  return {
    syncs,
    dieAfter: (operations) => (left = operations),
    lost(path) {
      const lost: string[] = unflushed.has(path) ? [`content of ${relative(root, path)}`] : [];
      for (let at = path; at.length > root.length; at = dirname(at))
        if (pending.get(dirname(at))?.has(basename(at))) lost.unshift(relative(root, at));
      return lost;
    },
    makeDirectory: (path) =>
      step(async () => {
        for (let at = path; at.length > root.length && !existsSync(at); at = dirname(at)) named(at);
        return DISK.makeDirectory(path);
      }),
    create: (path) =>
      step(async () => {
        const file = await DISK.create(path);
        unflushed.add(path);
        return {
          ...file,
          write: (bytes) => step(() => file.write(bytes)),
          sync: () =>
            step(async () => {
              await file.sync();
              unflushed.delete(path);
            }),
        };
      }),
    rename: (from, to) =>
      step(async () => {
        await DISK.rename(from, to);
        if (unflushed.delete(from)) unflushed.add(to);
        else unflushed.delete(to);
        named(to);
      }),
    remove: (path) => step(() => DISK.remove(path)),
    syncDirectory: (path) =>
      step(async () => {
        syncs.push(relative(root, path) || '.');
        await DISK.syncDirectory(path);
        pending.delete(path);
      }),
  };
}
