import { sep } from 'node:path';

/**
 * DuckDB ends a folder's name at a backslash on every system. What this pattern means is the backslash all the same: the one
 * sign that a name of letters and signs can have between `[` and `]`.
 */
const BACKSLASH = '[!]-~ -[]';

const IS_WINDOWS = sep === '\\';

/** A path of this system as DuckDB names it, with `/` between folders. */
export function withSlashes(path: string): string {
  return IS_WINDOWS ? path.replaceAll('\\', '/') : path;
}

/** A path that means itself where DuckDB expects a pattern. */
export function asPattern(path: string): string {
  return withSlashes(path).replaceAll(/[[*?\\]/g, (sign) => (sign === '\\' ? BACKSLASH : `[${sign}]`));
}

/** Whether DuckDB takes a path for a pattern: then it may find other files by it. */
export function isPatternToo(path: string): boolean {
  return /[[*?]/.test(path);
}

/** `asPattern` as an expression of DuckDB, of one that is a path. */
export function patternSql(path: string): string {
  const signs = `regexp_replace(${path}, '([[*?])', '[\\1]', 'g')`;
  return IS_WINDOWS ? signs : `replace(${signs}, '\\', '${BACKSLASH}')`;
}

/** An expression for the path that a pattern of `asPattern` means. */
export function meantSql(pattern: string): string {
  return `regexp_replace(replace(${pattern}, '${BACKSLASH}', '\\'), '\\[([[*?])\\]', '\\1', 'g')`;
}
