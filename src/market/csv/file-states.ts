import { statSync } from 'node:fs';
import { basename } from 'node:path';

/** How files were when they were first looked at. Whoever reads one looks first: a change in between then shows later. */
export class FileStates {
  readonly #byPath = new Map<string, string>();

  /** A text that is another one once the file was written, replaced or renamed; empty where it is not there. */
  of(path: string): string {
    let state = this.#byPath.get(path);
    if (state === undefined) this.#byPath.set(path, (state = stateOf(path)));
    return state;
  }
}

/** The time of the last change of the entry tells of a file with an old date that was copied over another. */
function stateOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${basename(path)} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}
