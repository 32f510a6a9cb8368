import { withDates } from '../terminal.ts';

/**
 * The text of `JSON.stringify(value, withDates)` in pieces, each entry of the lists at its top by itself: of many series the whole
 * may be longer than a string can be.
 */
export function* jsonPieces(value: object): Generator<string> {
  if (Array.isArray(value)) {
    yield* listPieces(value);
    return;
  }
  let before = '{';
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    const text = Array.isArray(field) ? '' : JSON.stringify(withDates(name, field), withDates);
    if (text === undefined) continue;
    yield `${before}${JSON.stringify(name)}:${text}`;
    if (Array.isArray(field)) yield* listPieces(field);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  yield '[';
  for (const [i, entry] of list.entries())
    yield (i > 0 ? ',' : '') + (JSON.stringify(entry, withDates) ?? 'null');
  yield ']';
}
