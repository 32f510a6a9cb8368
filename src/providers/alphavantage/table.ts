import { CsvError, parse } from 'csv-parse/sync';
import { BackfillError } from '../../core/errors.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { refusalIn } from './errors.ts';

/** The rows of an answer as texts, in its order. */
export interface Table {
  /** Names of the columns as CSV has them: `open`, `adjusted_close`, `open_(cny)`; the first is of the stamps. */
  readonly heading: readonly string[];
  /** As long as the heading each. */
  readonly rows: readonly (readonly string[])[];
  /** Whether the last row may have lost its end, which is left out then with all that came after it. */
  readonly isCut: boolean;
}

/** What an answer has to be about. */
export interface TableAsked {
  /** For messages. */
  readonly ticker: string;
  /** Its symbol, where an answer may name it. */
  readonly symbol: string | null;
  /** What the vendor calls its interval, `5min`, where an answer may name it. Default: it may not. */
  readonly interval?: string | undefined;
}

/**
 * The table in an answer: CSV, or JSON, as which it is known to come too. Throws what it is instead: a refusal, or
 * `bad-answer` (retryable) for what is none.
 */
export function tableIn(answer: HttpAnswer, asked: TableAsked): Table {
  const { status, body } = answer;
  if (status !== 200) {
    const about = `Alpha Vantage answered ${status} for ${asked.ticker}: ${firstLine(body)}`;
    throw errorByStatus(answer, about);
  }
  return body.trimStart().startsWith('{') ? tableOfJson(body, asked) : tableOfCsv(body, asked);
}

function tableOfCsv(body: string, { ticker }: TableAsked): Table {
  // Cut short, it has no line end.
  const whole = body.slice(0, body.lastIndexOf('\n') + 1);
  const [first = [], ...rows] = recordsOf(whole, ticker);
  const heading = first.map(columnName);
  if (heading.length < 2) throw bad(ticker, `its first line is "${firstLine(body)}"`);
  for (const cells of rows)
    if (cells.length !== heading.length)
      throw bad(
        ticker,
        `the row "${firstLine(cells.join(','))}" has ${cells.length} fields, not ${heading.length}`,
      );
  return { heading, rows, isCut: whole.length < body.length };
}

/** The lines of CSV as fields. Only names of listings are ever quoted: what is not is cut at a tenth of the cost. */
function recordsOf(whole: string, ticker: string): readonly (readonly string[])[] {
  if (!whole.includes('"')) {
    const lines = whole.split(/\r?\n/);
    while (lines.at(-1) === '') lines.pop();
    return lines.map((line) => line.split(','));
  }
  try {
    return parse(whole, {
      ...{ relax_quotes: true, relax_column_count: true, skip_empty_lines: true },
      record_delimiter: ['\r\n', '\n'],
    });
  } catch (error) {
    if (error instanceof CsvError) throw bad(ticker, error.message);
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function tableOfJson(body: string, { ticker, symbol, interval }: TableAsked): Table {
  const said = fieldsOf(parsed(body, ticker));
  const refusal = refusalIn(said, ticker, symbol === null);
  if (refusal !== undefined) throw refusal;
  const { symbol: ofActions } = said;
  const about = [ofActions, metaOf(said, 'Symbol')].find((one) => typeof one === 'string');
  if (symbol !== null && about !== undefined && about !== symbol) throw bad(ticker, `it is of ${about}`);
  const apart = metaOf(said, 'Interval');
  if (interval !== undefined && apart !== undefined && apart !== interval)
    throw bad(ticker, `its rows are of ${apart}, asked for ${interval}`);
  const { data } = said;
  if (Array.isArray(data))
    return tableOf(
      data.map((row): [string | null, unknown] => [null, row]),
      ticker,
    );
  const series = Object.entries(said).find(([name]) => name.startsWith('Time Series'))?.[1];
  if (typeof series === 'object' && series !== null) return tableOf(Object.entries(series), ticker);
  throw bad(ticker, `it has ${Object.keys(said).join(', ') || 'nothing'}`);
}

/** What an answer says of itself by a name, as `2. Symbol` says it. */
function metaOf(said: Fields, name: string): string | undefined {
  const [, value] =
    Object.entries(fieldsOf(said['Meta Data'])).find(
      ([key]) => /^\d+\. /.test(key) && key.endsWith(`. ${name}`),
    ) ?? [];
  return typeof value === 'string' ? value : undefined;
}

/** Objects as rows, each after its stamp, where that stands before it. */
function tableOf(stamped: readonly (readonly [string | null, unknown])[], ticker: string): Table {
  const [first] = stamped;
  if (first === undefined) return { heading: [], rows: [], isCut: false };
  const names = Object.keys(fieldsOf(first[1]));
  const heading = [...(first[0] === null ? [] : ['timestamp']), ...names.map(columnName)];
  const rows = stamped.map(([stamp, values]) => {
    const cells = names.map((name) => fieldsOf(values)[name]);
    if (!cells.every((cell) => typeof cell === 'string'))
      throw bad(ticker, `the row of ${stamp ?? 'an action'} is ${firstLine(JSON.stringify(values))}`);
    return stamp === null ? cells : [stamp, ...cells];
  });
  return { heading, rows, isCut: false };
}

/** `1a. open (CNY)` and `adjusted close` as CSV has them. */
function columnName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^\d+[a-z]?\.\s*/, '')
    .replaceAll(' ', '_');
}

function parsed(body: string, ticker: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw bad(ticker, error instanceof Error ? error.message : String(error));
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** An answer that is none: it may be better the next time. */
export function bad(ticker: string, why: string): BackfillError {
  const message = `Alpha Vantage's answer for ${ticker} is no table: ${why}`;
  return new BackfillError('bad-answer', message, { retryable: true });
}
