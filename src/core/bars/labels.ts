import type { Labels } from './columns.ts';

/** Words as labels. */
export function labelsOf(words: readonly string[]): Labels {
  const names = [...new Set(words)];
  const codeOf = new Map(names.map((name, code) => [name, code]));
  return { codes: Uint16Array.from(words, (word) => codeOf.get(word) ?? 0), names };
}

/** Labels one after the other. */
export function joinedLabels(parts: readonly Labels[]): Labels {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const names = [...new Set(parts.flatMap((part) => part.names))];
  const codes = new Uint16Array(parts.reduce((sum, part) => sum + part.codes.length, 0));
  let at = 0;
  for (const part of parts) {
    const recoded = part.names.map((name) => names.indexOf(name));
    for (const code of part.codes) codes[at++] = recoded[code] as number;
  }
  return { codes, names };
}
