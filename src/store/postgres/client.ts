import type { Row } from '../tables/row.ts';

export type Values = readonly unknown[];

/** One connection, in the midst of a transaction or not. */
export interface Client {
  query(text: string, values?: unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
