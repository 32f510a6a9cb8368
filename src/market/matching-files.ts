import { readdir, stat } from 'node:fs/promises';
import { parse, sep } from 'node:path';

/** `*`, `?` and `[…]`, as a shell has them. */
const WILDCARD = /[*?[]/;

/** Whether a path is a pattern that a shell would have expanded. */
export function isPattern(path: string): boolean {
  return WILDCARD.test(path);
}

/**
 * The files that a pattern means, by name: `*` is any text, `?` one sign, `[a-c]` and `[!a-c]` one of some, each within a
 * name; names that begin with a dot only where the pattern does. Folders that cannot be read have none.
 */
export async function matchingFiles(pattern: string): Promise<readonly string[]> {
  const { root } = parse(pattern);
  const names = pattern.slice(root.length).split(sep === '/' ? '/' : /[\\/]/);
  let found: readonly string[] = [root];
  for (const name of names.filter((one) => one !== '')) {
    const next = await Promise.all(found.map((folder) => within(folder, name)));
    found = next.flat();
  }
  const areFiles = await Promise.all(found.map(isFile));
  return found.filter((_, i) => areFiles[i]);
}

/** What of a folder has a name that matches; that of no name is the one we are in. */
async function within(folder: string, name: string): Promise<readonly string[]> {
  const inside = folder === '' || folder.endsWith(sep) ? folder : folder + sep;
  if (!isPattern(name)) return [inside + name];
  const expression = expressionOf(name);
  const names = await readdir(folder === '' ? '.' : folder).catch(() => []);
  return names
    .filter((one) => expression.test(one))
    .toSorted()
    .map((one) => inside + one);
}

/** A pattern of a name as an expression. Whatever is no wildcard stands for itself, a `[` without its end too. */
function expressionOf(name: string): RegExp {
  const parts = name.match(/\*+|\?|\[!?.[^\]]*\]|./gsu) ?? [];
  const text = parts.map((part) => {
    if (part.startsWith('*')) return '.*';
    if (part === '?') return '.';
    return part.length > 1 ? oneOf(part) : escaped(part);
  });
  const isHidden = name.startsWith('.');
  return new RegExp(`^${isHidden ? '' : '(?!\\.)'}${text.join('')}$`, 'su');
}

/** `[!a-c]` as a class. A range that goes downwards has no sign in it. */
function oneOf(set: string): string {
  const isNot = /^\[!./su.test(set.slice(0, -1));
  const members = set.slice(isNot ? 2 : 1, -1).match(/.-.|./gsu) ?? [];
  // A dash at either end stands for itself.
  const inClass = members.map((member) => {
    const [first = '', dash, last] = Array.from(member);
    if (dash === undefined || last === undefined) return inSet(first);
    return first <= last ? `${inSet(first)}-${inSet(last)}` : '';
  });
  return `[${isNot ? '^' : ''}${inClass.join('')}]`;
}

/** A sign that stands for itself. */
function escaped(sign: string): string {
  return /^[\\^$.*+?()[\]{}|]$/.test(sign) ? `\\${sign}` : sign;
}

/** The same in a class. */
function inSet(sign: string): string {
  return sign === '-' ? '\\-' : escaped(sign);
}

async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats !== undefined && !stats.isDirectory();
}
