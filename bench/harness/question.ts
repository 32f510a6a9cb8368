import type { Spread } from './spread.ts';

/** What the bench was started with. */
export interface BenchOptions {
  /** Fewer runs of smaller things: all questions in a quarter of an hour. */
  readonly quick: boolean;
  /** A folder that is removed after the question. */
  readonly scratch: string;
  /** Says on the screen how far it is. */
  readonly tell: (line: string) => void;
}

/** One question that the bench answers by a script of its own. */
export interface Question {
  /** In one line. */
  readonly asks: string;
  /** Never asked unless by name: it takes longer than five minutes. */
  readonly long?: true;
  readonly answer: (options: BenchOptions) => Promise<Answer>;
}

/** What was measured, plain data. */
export interface Answer {
  /** What was run, and what the figures are not. A line each. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
}

export type Unit = 'ms' | 'bytes' | 'times' | 'percent' | 'count' | 'text';

export interface Row {
  readonly name: string;
  /** By the key of their column. Null or missing: not measured. */
  readonly cells: Readonly<Record<string, Cell>>;
}

export type Cell = Spread | number | string | null;

/** Lines over a numeric axis, or bars by name. */
export interface Chart {
  /** Part of its file's name. */
  readonly name: string;
  readonly title: string;
  readonly kind: 'bar' | 'line';
  /** Names of the bars, or places on the axis. */
  readonly x: readonly string[];
  readonly xTitle: string;
  readonly unit: Exclude<Unit, 'text'>;
  /** A factor between ticks instead of a difference. */
  readonly logarithmic?: true;
  /** One value a place of `x`; null: none. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}
