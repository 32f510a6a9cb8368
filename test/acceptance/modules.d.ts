declare module '*/duckdb.mjs' {
  export function query(sql: string): Promise<Record<string, unknown>[]>;
  export function bars(store: string): string;
}
declare module '*/compare-with-csv.mjs' {
  export function compareWithCsv(
    folder: string,
    store: string,
    range?: { readonly start: string; readonly end: string },
  ): Promise<{ valid: number; stored: number; notStored: number; notInCsv: number }>;
}
declare module '*/export-store.mjs' {
  export function exportStore(store: string): Promise<string>;
}
