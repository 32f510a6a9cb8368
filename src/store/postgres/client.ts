export type Row = Readonly<Record<string, unknown>>;
export type Values = readonly unknown[];

/** One connection, in the midst of a transaction or not. */
export interface Client {
  query(text: string, values?: unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as a literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
