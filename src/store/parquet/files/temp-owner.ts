import { TEMP_NAME } from './layout.ts';
import { isAlive, WRITER } from './writer.ts';

/** Nobody is at one temp file for longer than this, ms: what is older is of a process that had the id before. */
const LONGEST_MS = 86_400_000;

/** When a temp file, and the lock, were last written, by the file system's clock: ms since the epoch. */
interface Written {
  readonly at: number;
  readonly lockedAt: number;
}

/**
 * Whether a temp file of that name may be in use by another process that lives, whose lock was taken away under it. What has our
 * own id is ours, or of a dead one: in containers every process is number 1.
 */
export function mayBeInUse(name: string, { at, lockedAt }: Written): boolean {
  const pid = Number(TEMP_NAME.exec(name)?.groups?.['pid']);
  return pid !== WRITER.pid && at + LONGEST_MS > lockedAt && isAlive(pid);
}
