import { BackfillError } from '../../core/errors.ts';
import { arrowParts, saidOf } from '../../library/arrow.ts';
import { type Arrow, loadArrow } from '../../library/arrow-package.ts';
import { headingOf, linesOf } from '../../library/bar-lines.ts';
import { type BarTable, openBarTable, type TableSource } from '../../library/bar-table.ts';
import type { Content } from '../routes.ts';
import { type BarFormat, contentTypeOf, formatOf, MEDIA_TYPES } from './formats.ts';
import { readingIn, seriesOf } from './query.ts';
import { refused, refusedBy } from './refused.ts';

/** An answer that is made as it is taken. */
export interface Streamed {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The first of them has been made already, so that what can be refused has been. */
  readonly first: string | Uint8Array;
  readonly others: AsyncGenerator<string | Uint8Array>;
}

export const BAR_PARAMETERS: readonly string[] = [
  ...['tickers', 'interval', 'start', 'end', 'adjust', 'asOf', 'require', 'columns', 'format'],
];

/** Bars of some series in the format that is asked for; `accept`: the header of that name. Throws what a read of them throws. */
export async function barsAnswer(
  history: TableSource,
  parameters: ReadonlyMap<string, string>,
  accept: string | undefined,
): Promise<Content | Streamed> {
  const format = formatOf(parameters.get('format'), accept);
  const message = `bars can be had as ${Object.values(MEDIA_TYPES).join(', ')}`;
  if (format === undefined) return refused(406, { code: 'usage', message });
  const table = await openBarTable(history, seriesOf(parameters), readingIn(parameters));
  const parts = await partsOf(table, format);
  if ('body' in parts) return parts;
  try {
    const { value, done } = await parts.next();
    const first = done === true ? '' : value;
    return { type: contentTypeOf(format), headers: headersOf(table), first, others: parts };
  } catch (error) {
    const isIncomplete = error instanceof BackfillError && error.code === 'incomplete';
    const why = refusedBy(error, isIncomplete ? { verdict: table.verdict } : {});
    return isIncomplete ? { ...why, headers: headersOf(table) } : why;
  }
}

async function partsOf(table: BarTable, format: BarFormat): Promise<Content | Streamed['others']> {
  if (format !== 'arrow') return textParts(table, format);
  let arrow: Arrow;
  try {
    arrow = await loadArrow();
  } catch (error) {
    // It is not who asks that did something wrong.
    if (error instanceof BackfillError) return refused(501, error);
    throw error;
  }
  return arrowParts(arrow, table);
}

/** The verdict in brief: a CSV file has no place for it. */
function headersOf({ verdict: { complete, lacks } }: BarTable): Streamed['headers'] {
  const lacking = lacks.reduce((sum, { sessions }) => sum + sessions, 0);
  return {
    'backfill-complete': String(complete),
    'backfill-lacking': String(lacking),
  };
}

/** How lines of bars become a text. */
interface Text {
  readonly before: string;
  readonly between: string;
  /** Of how many bars it was: a text without it is not whole. */
  readonly after: (rows: number) => string;
}

function textOf(table: BarTable, format: Exclude<BarFormat, 'arrow'>): Text {
  if (format === 'csv')
    return { before: `${headingOf(table.form).join(',')}\n`, between: '\n', after: lastEnd };
  if (format === 'ndjson') return { before: '', between: '\n', after: lastEnd };
  const said = JSON.stringify(saidOf(table)).slice(0, -1);
  return { before: `${said},"bars":[\n`, between: ',\n', after: (rows) => `\n],"rows":${rows}}\n` };
}

function lastEnd(rows: number): string {
  return rows === 0 ? '' : '\n';
}

async function* textParts(
  table: BarTable,
  format: Exclude<BarFormat, 'arrow'>,
): AsyncGenerator<string, undefined> {
  const { before, between, after } = textOf(table, format);
  let rows = 0;
  for await (const batch of table.batches) {
    const isFinal = table.isFinalOf(batch.series);
    for (const lines of linesOf(table.form, format === 'csv' ? 'csv' : 'json', batch, isFinal)) {
      yield (rows === 0 ? before : between) + lines.join(between);
      rows += lines.length;
    }
  }
  yield (rows === 0 ? before : '') + after(rows);
}
