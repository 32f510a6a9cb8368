/** What a server gives for one row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;
