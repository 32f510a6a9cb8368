import { join } from 'node:path';
import { type OpenedTemp, appendVerified, openTemp, syncName } from './commit.ts';
import type { CommitFs } from './commit-fs.ts';
import { stampAt } from './stamp.ts';

/**
 * A file that is written part by part, because nobody holds it whole: on the disk beside its place from the first part on, in
 * its place once it is committed, like any other: each part read back, all of it flushed, renamed, and its name flushed.
 */
export class Draft {
  readonly #fs: CommitFs;
  readonly #root: string;
  readonly #path: string;
  #opened: OpenedTemp | undefined;
  #isOpen = false;
  #length = 0;

  /** `path` is relative to `root`. */
  constructor(fs: CommitFs, root: string, path: string) {
    this.#fs = fs;
    this.#root = root;
    this.#path = path;
  }

  get #final(): string {
    return join(this.#root, this.#path);
  }

  /** Throws `store-unusable` if what the file gives back is not what was written. */
  async append(bytes: Uint8Array): Promise<void> {
    const { temp } = await this.#open();
    await appendVerified(temp.file, this.#path, bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Puts in place what was written. */
  async commit(): Promise<void> {
    const opened = await this.#open();
    await opened.temp.file.sync();
    await this.#close(opened);
    await this.#fs.rename(opened.temp.path, this.#final);
    this.#opened = undefined;
    await syncName(this.#fs, this.#root, this.#final, opened);
  }

  /** Removes what was written, unless it is in its place. Never rejects. */
  async discard(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    await this.#close(opened).catch(() => {});
    await this.#fs.remove(opened.temp.path).catch(() => {});
  }

  async #open(): Promise<OpenedTemp> {
    if (this.#opened !== undefined) return this.#opened;
    this.#opened = await openTemp(this.#fs, this.#final, await stampAt(this.#final));
    this.#isOpen = true;
    return this.#opened;
  }

  async #close({ temp: { file } }: OpenedTemp): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await file.close();
  }
}
