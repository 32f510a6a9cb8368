import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { pinnedViews } from '../../../../src/store/parquet/sql/views.ts';
import { type SqlValue, withSelect } from '../../../../src/store/sql.ts';

export type Row = Record<string, SqlValue>;

/** What the views of a store answer, a row by the names of its columns. */
export async function rowsOf(root: string, sql: string, asOf?: string): Promise<Row[]> {
  const views = await pinnedViews(
    openFolder(root),
    { mode: 'all', asOf },
    await openParquetStore(root).scan(),
  );
  return withSelect(views, sql, async ({ columns, blocks }) => {
    const rows: Row[] = [];
    for await (const block of blocks())
      for (const row of block)
        rows.push(Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
    return rows;
  });
}
