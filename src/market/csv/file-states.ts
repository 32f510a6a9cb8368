import { statSync } from 'node:fs';
import { basename } from 'node:path';

/** How files were when they were first looked at. Whoever reads one looks first: a change in between then shows later. */
export class FileStates {
  readonly #byPath = new Map<string, FileState>();

  /** A text that is another one once the file was written, replaced or renamed; empty where it is not there. */
  of(path: string): string {
    return this.#look(path).text;
  }

  /** Bytes; 0 where it is not there. */
  sizeOf(path: string): number {
    return this.#look(path).size;
  }

  #look(path: string): FileState {
    let state = this.#byPath.get(path);
    if (state === undefined) this.#byPath.set(path, (state = stateOf(path)));
    return state;
  }
}

interface FileState {
  readonly text: string;
  readonly size: number;
}

/** The time of the last change of the entry tells of a file with an old date that was copied over another. */
function stateOf(path: string): FileState {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { text: '', size: 0 };
  const { size, mtimeMs, ctimeMs } = stat;
  return { text: `${basename(path)} ${size} ${mtimeMs} ${ctimeMs}`, size };
}
