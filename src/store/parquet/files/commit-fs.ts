import type { LastingFolders } from './lasting.ts';

/** The file operations that a commit is made of, so that a test can put another file system below. */
export interface CommitFs {
  /** Creates a folder and the missing ones above it. Gives the topmost one that it created, if any. */
  makeDirectory(path: string): Promise<string | undefined>;
  /** Creates an empty file to write to. Fails with `EEXIST` if there is one. */
  create(path: string): Promise<CommitFile>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncDirectory(path: string): Promise<void>;
  /** What need not be made, nor be flushed, again. Default: everything is. */
  readonly lasting?: LastingFolders;
}

/** A file that is being written. */
export interface CommitFile {
  /** Behind what was written before. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * What the file gives back from a place on, by default from its beginning: all of it if it is as long as expected, another
   * number of bytes if not.
   */
  content(expectedLength: number, from?: number): Promise<Uint8Array>;
  /** Makes the content durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
