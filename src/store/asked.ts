import type { DuckDBConnection } from '@duckdb/node-api';
import { BackfillError } from '../core/errors.ts';
import { parsedJson } from './duckdb-json.ts';
import type { Statement } from './one-select.ts';
import { asUsage } from './sql-error.ts';

/** What the folders of a file of bars say of it. */
export interface Keys {
  readonly interval: string;
  readonly ticker: string;
  readonly period: string;
}

/** An argument of a table function, as it is written; undefined where it is no constant. */
export interface Argument {
  /** Empty for one that is known by its place. */
  readonly name: string;
  readonly value: string | null | undefined;
}

/** What a statement asks for, as far as it can be told before it runs. */
export interface Asked {
  /** Whether it may mean a view or function whose name has this word in it. */
  mentions(word: string): boolean;
  /** The arguments of each call of a table function. */
  calls(name: string): readonly (readonly Argument[])[];
  /**
   * Places of the files that it may read by `read_parquet`, of all that there are, by the filters that DuckDB's own plan
   * has on their folders; all of them where a plan does not tell. It reads no row.
   */
  reached(files: readonly Keys[]): Promise<ReadonlySet<number>>;
}

/** Asks a database in which the statement could run. */
export function askedOf(connection: DuckDBConnection, { select, tree }: Statement): Asked {
  const words = JSON.stringify(tree).toLowerCase();
  const isAny = namesByExpression(tree, words);
  return {
    mentions: (word) => isAny || words.includes(word),
    calls: (name) => [...callsIn(tree, name)],
    async reached(files) {
      const scans = await scansIn(connection, select);
      // A plan without any has perhaps been answered by what footers say; to describe a view takes none.
      const isTold = scans !== undefined && (scans.length > 0 || words.includes('"show_type":"describe"'));
      if (!isTold) return new Set(files.keys());
      const places = new Set<number>();
      for (const filters of new Set(scans))
        for (const place of await placesOf(connection, filters, files)) places.add(place);
      return places;
    },
  };
}

/** Whether a view is named by an expression, which may mean any; a text is among the words as a name is. */
function namesByExpression(tree: unknown, words: string): boolean {
  const calls = [...callsIn(tree, BY_NAME)];
  const named = calls.filter((call) => call.every(({ value }) => value !== undefined));
  return words.split(BY_NAME).length - 1 > named.length;
}

/** The table function that reads the view of a name. */
const BY_NAME = 'query_table';

function* callsIn(node: unknown, name: string): Generator<readonly Argument[]> {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node && node.type === 'TABLE_FUNCTION' && 'function' in node) {
    const { function_name: called, children } = node.function as Record<string, unknown>;
    if (String(called).toLowerCase() === name && Array.isArray(children)) yield children.map(argumentOf);
  }
  for (const part of Object.values(node)) yield* callsIn(part, name);
}

interface Expression {
  readonly type?: string;
  readonly alias?: string;
  readonly child?: Expression;
  readonly value?: { readonly is_null: boolean; readonly value?: unknown };
}

function argumentOf(expression: Expression): Argument {
  const { type, child, value } = expression.type === 'OPERATOR_CAST' ? (expression.child ?? {}) : expression;
  const isConstant = type === 'VALUE_CONSTANT' && value !== undefined && child === undefined;
  const name = (expression.alias ?? '').toLowerCase();
  if (!isConstant) return { name, value: undefined };
  return { name, value: value.is_null ? null : String(value.value) };
}

/** What a step of a plan that reads files wants of their folders' names, as an expression; undefined for all of them. */
type Filters = string | undefined;

interface PlanNode {
  readonly name: string;
  readonly children: readonly PlanNode[];
  readonly extra_info: Readonly<Record<string, unknown>>;
}

/** What DuckDB says of a statement that is wrong whatever the files hold. */
const WRONG = /^(Binder|Catalog) Error/;

/** Undefined where there is no plan. Throws `usage` for what cannot be run either. */
async function scansIn(connection: DuckDBConnection, select: string): Promise<Filters[] | undefined> {
  try {
    const explained = await asUsage(connection.runAndReadAll(`EXPLAIN (FORMAT json) ${select}`));
    const plans = explained.getRows().flatMap((row) => parsedJson(String(row[1])) as PlanNode[]);
    return [...scansOf(plans)];
  } catch (error) {
    if (error instanceof BackfillError && WRONG.test(error.message)) throw error;
    // Of some statements there is no plan; of others a file that rotted is in the way.
    return undefined;
  }
}

function* scansOf(nodes: readonly PlanNode[]): Generator<Filters> {
  for (const { name, children, extra_info: info } of nodes) {
    if (name.trim() === 'READ_PARQUET') {
      const filters = info['File Filters'];
      yield typeof filters === 'string' ? joined(filters) : undefined;
    }
    yield* scansOf(children);
  }
}

/** Several filters stand one behind the other in a plan, each in parentheses, with nothing between. */
function joined(filters: string): string {
  return filters.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\)\(/g, (part) =>
    part === ')(' ? ') AND (' : part,
  );
}

async function placesOf(
  connection: DuckDBConnection,
  filters: Filters,
  files: readonly Keys[],
): Promise<Iterable<number>> {
  if (filters === undefined || files.length === 0) return files.keys();
  const list = (key: keyof Keys): string =>
    `unnest([${files.map((file) => `'${file[key].replaceAll("'", "''")}'`).join(', ')}]) AS ${key}`;
  const rows = `SELECT ${list('interval')}, ${list('ticker')}, ${list('period')}, unnest(range(${files.length})) AS place`;
  try {
    const reader = await connection.runAndReadAll(`SELECT place FROM (${rows}) WHERE ${filters}`);
    return reader.getRows().map(([place]) => Number(place));
  } catch {
    // Written otherwise than it is read.
    return files.keys();
  }
}
