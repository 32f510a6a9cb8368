import { type SqlRows, type SqlValue } from '../index.ts';
import { csvField, escaped, plural, table } from '../terminal.ts';
import { printText, printToReader, tell, tellCutShort } from './output.ts';

/** How rows are printed. */
export const FORMATS = ['table', 'csv', 'json', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** Rows of a table on a terminal. */
const MOST_ROWS = 1000;

/**
 * Prints the rows of a query. `width` is the terminal's; a table is cut there. Stops when nobody reads any
 * more, and says so of data; a table is for whoever looks at it.
 */
export async function printRows(rows: SqlRows, format: Format, width: number): Promise<void> {
  if (format === 'table') await printTable(rows, width);
  else if (format === 'csv') await printCsv(rows);
  else await printJson(rows, format === 'json');
}

async function printTable(rows: SqlRows, width: number): Promise<void> {
  const { columns, numeric, blocks } = rows;
  if (columns[0] === 'explain_key') return printPlan(rows);
  const shown: (readonly SqlValue[])[] = [];
  let count = 0;
  for await (const block of blocks()) {
    count += block.length;
    for (const row of block.slice(0, MOST_ROWS - shown.length)) shown.push(row);
  }
  const lines = table(
    columns.map((title, i) => ({
      title,
      text: (row: readonly SqlValue[]) => oneLine(row[i] ?? null),
      right: numeric[i] === true,
    })),
    shown,
  );
  await printText(lines.map((line) => `${cut(line, width)}\n`).join(''));
  if (count > shown.length) tell(`${plural(count - shown.length, 'more row')}; --format csv prints them all`);
}

/** A plan of DuckDB is a drawing of many lines. */
async function printPlan({ blocks }: SqlRows): Promise<void> {
  for await (const block of blocks())
    for (const [, drawing] of block) await printText(`${asText(drawing ?? null).trimEnd()}\n`);
}

function oneLine(value: SqlValue): string {
  return escaped(asText(value).replaceAll(/\s/g, ' '));
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

async function printCsv({ columns, blocks }: SqlRows): Promise<void> {
  const lineOf = (fields: readonly string[]): string => `${fields.map(csvField).join(',')}\n`;
  const print = toReader();
  if (!(await print(0, lineOf(columns)))) return;
  for await (const block of blocks()) {
    const text = block.map((row) => lineOf(row.map(asText))).join('');
    if (!(await print(block.length, text))) return;
  }
}

async function printJson({ columns, blocks }: SqlRows, asList: boolean): Promise<void> {
  const print = toReader();
  let before = asList ? '[\n' : '';
  for await (const block of blocks()) {
    let text = '';
    for (const row of block) {
      const line = JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
      text += before + line + (asList ? '' : '\n');
      if (asList) before = ',\n';
    }
    if (!(await print(block.length, text))) return;
  }
  if (asList) await print(0, before === '[\n' ? '[]\n' : '\n]\n');
}

/** Prints a number of rows as text, and gives whether somebody reads on. Whoever counts on all of them is told if not. */
function toReader(): (rows: number, text: string) => Promise<boolean> {
  let offered = 0;
  return async (rows, text) => {
    offered += rows;
    const isRead = await printToReader(text);
    if (!isRead) tellCutShort(offered, 'row');
    return isRead;
  };
}

function asText(value: SqlValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
