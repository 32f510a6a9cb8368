import { BackfillError } from '../../core/errors.ts';
import type { Member } from '../../core/universe/member.ts';
import { type Entry, ENTRY_FIELDS, FIELD_NAMES, readMembers } from '../../core/universe/read-members.ts';
import { quotedLines, withoutPreamble } from '../../market/csv/records.ts';

/** Words of others for types of ours. */
const TYPES: Readonly<Record<string, string>> = { stock: 'equity', etf: 'etf' };

/**
 * The members of a table with a header, of which one column is `ticker` or `symbol` and others may tell names and dates;
 * undefined for a text that is a plain list. Throws `usage`.
 */
export function membersInCsv(text: string, called: string): Member[] | undefined {
  const body = withoutPreamble(text);
  const skipped = text.slice(0, text.length - body.length).split(/\r\n|\n|\r/).length - 1;
  const header = /^[^\r\n]*/.exec(body)?.[0] ?? '';
  const delimiter = [',', ';', '\t'].find((sign) => header.includes(sign)) ?? ',';
  if (delimiter === ',' && !header.includes(',') && !isTickerColumn(header)) return undefined;
  const [head, ...rows] = quotedLines(called, body, delimiter, { skipped });
  const names = (head?.fields ?? []).map((name) => name.trim().toLowerCase());
  if (!names.some(isTickerColumn)) {
    if (rows.length === 0) return undefined;
    throw new BackfillError(
      'usage',
      `${called}: none of its columns (${head?.fields.join(', ')}) is ticker or symbol; name the one that is`,
    );
  }
  const places = ENTRY_FIELDS.map((field) => [field, placeOf(field, names)] as const);
  const entries = rows.map(({ fields, number }): Entry => {
    const cells = places.map(([field, place]) => [field, cellOf(field, fields[place] ?? '')]);
    return { where: `line ${number}`, fields: Object.fromEntries(cells) as Entry['fields'] };
  });
  return readMembers(entries, called, called);
}

function isTickerColumn(name: string): boolean {
  return FIELD_NAMES.ticker.includes(name.trim().toLowerCase());
}

/** -1 where there is no such column. */
function placeOf(field: (typeof ENTRY_FIELDS)[number], names: readonly string[]): number {
  return names.findIndex((name) => FIELD_NAMES[field].includes(name));
}

function cellOf(field: string, cell: string): string | null {
  if (cell === '' || /^(null|none|nan)$/i.test(cell)) return field === 'ticker' ? cell : null;
  return field === 'type' ? (TYPES[cell.toLowerCase()] ?? cell) : cell;
}
