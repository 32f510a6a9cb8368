const RIGHTS = 'the user who runs this has no right to it';

/** What a user can mend, without the system's code. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

const ABSENT = {
  read: 'there is no such file',
  write: 'there is no such folder; make it first',
} as const;

/**
 * What the system has against a file that a user named, for the end of a message: `: there is no such file`, or
 * ` (ELOOP)` where we have no words for it.
 */
export function fileTrouble(error: unknown, use: 'read' | 'write'): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return `: ${message}`;
  const words = code === 'ENOENT' ? ABSENT[use] : WORDS[code];
  return words === undefined ? ` (${code})` : `: ${words}`;
}
