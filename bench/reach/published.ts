import { existsSync, readFileSync } from 'node:fs';
import { fromRoot } from '../harness/paths.ts';
import type { Answer, Row } from '../harness/question.ts';
import type { Environment } from '../harness/environment.ts';

/** An answer as it was kept. */
export interface Published extends Answer {
  readonly question: string;
  readonly environment: Environment;
}

const fileOf = (question: string): string => fromRoot(`bench/published/${question}.json`);

/** What is published of a question. Throws where nothing is. */
export function published(question: string): Published {
  return JSON.parse(readFileSync(fileOf(question), 'utf8')) as Published;
}

export function isPublished(question: string): boolean {
  return existsSync(fileOf(question));
}

/** A figure, the median of several runs. `table`: a part of its table's title. Throws where there is no such number. */
export function figure(answer: Published, table: string, row: string, key: string): number {
  const cell = rowOf(answer, table, row).cells[key];
  const value = typeof cell === 'object' && cell !== null ? cell.median : cell;
  if (typeof value === 'number') return value;
  throw new Error(`${answer.question}: "${row}" has no number ${key}`);
}

function rowOf({ question, tables }: Published, table: string, name: string): Row {
  const rows = tables.filter(({ title }) => title.includes(table)).flatMap((one) => one.rows);
  const [row, ...others] = rows.filter((one) => one.name === name);
  if (row !== undefined && others.length === 0) return row;
  throw new Error(`${question}: ${others.length + (row ? 1 : 0)} rows "${name}" in tables of "${table}"`);
}

/** The numbers of a text in their order, as `499 series × 1,225 sessions`: 499 and 1225. */
export function numbersIn(text: string): number[] {
  return [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
}

/** `scale` of 2026-11-28 */
export function whenOf({ question, environment }: Published): string {
  return `${question} ${environment.date.slice(0, 10)}`;
}
