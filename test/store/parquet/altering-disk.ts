import { relative } from 'node:path';
import type { CommitFs } from '../../../src/store/parquet/files/commit-fs.ts';
import { DISK } from '../../../src/store/parquet/files/disk.ts';

/** Changes bytes on their way to a file; undefined leaves them as they are. `path` is relative to the root. */
export type Alteration = (bytes: Uint8Array<ArrayBuffer>, path: string) => Uint8Array | undefined;

/** The disk, which writes other bytes than it was given. The caller's own stay as they were. */
export function alteringDisk(root: string, alter: Alteration): CommitFs {
  return {
    ...DISK,
    async create(path) {
      const file = await DISK.create(path);
      const write = (bytes: Uint8Array): Promise<void> =>
        file.write(alter(new Uint8Array(bytes), relative(root, path)) ?? bytes);
      return { ...file, write };
    },
  };
}

/** The disk beside a failing memory: the bytes change before they are written, under the writer's eyes. */
export function forgetfulMemory(root: string, alter: Alteration): CommitFs {
  return {
    ...DISK,
    async create(path) {
      const file = await DISK.create(path);
      const write = (bytes: Uint8Array): Promise<void> => {
        bytes.set(alter(new Uint8Array(bytes), relative(root, path)) ?? bytes);
        return file.write(bytes);
      };
      return { ...file, write };
    },
  };
}

/** Another byte at a position; negative ones count from the end. */
export function flipped(bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array {
  const i = at < 0 ? bytes.length + at : at;
  bytes[i] = (bytes[i] ?? 0) ^ 1;
  return bytes;
}

/** The first place of some bytes: rows come before the footer. */
export function placeOf(bytes: Uint8Array, part: Uint8Array): number {
  const at = Buffer.from(bytes).indexOf(part);
  if (at === -1) throw new Error('there are no such bytes');
  return at;
}
