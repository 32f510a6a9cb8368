import { shortened } from './quoted.ts';

/** Any value as a line of a message shows it: `"1d"`, `undefined`, `Error: no such key`. */
export function shown(value: unknown): string {
  if (value instanceof Error) return oneLine(`${value.name}: ${value.message}`);
  if (typeof value === 'function') return 'a function';
  return oneLine(jsonOf(value) ?? String(value));
}

/** Undefined for what JSON has no word for. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return 'an object';
  }
}

function oneLine(text: string): string {
  return shortened(text.split('\n', 1)[0] ?? '', 160);
}
