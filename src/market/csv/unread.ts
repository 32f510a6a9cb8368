import { escaped } from '../../core/quoted.ts';

/** Names of one reason that are written out. */
const SHOWN = 20;

/** The files of a folder that are not read, and why. */
export class Unread {
  readonly #namesByReason = new Map<string, string[]>();
  readonly #others: string[] = [];

  add(file: string, reason: string): void {
    const name = escaped(file);
    const names = this.#namesByReason.get(reason);
    if (names === undefined) this.#namesByReason.set(reason, [name]);
    else names.push(name);
  }

  /** A line of its own about a file of which all else is read. */
  addLine(line: string): void {
    this.#others.push(escaped(line));
  }

  /** A line a reason: `not read: README.md, notes.json (no CSV, text or zip file)`. */
  lines(): string[] {
    const lines = [...this.#namesByReason].map(([reason, names]) => `not read: ${someOf(names)} (${reason})`);
    return [...lines, ...this.#others];
  }
}

/** The first names of a list, and how many more there are. */
function someOf(names: readonly string[]): string {
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${names.slice(0, SHOWN).join(', ')}${rest}`;
}
