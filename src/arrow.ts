// Stored bars as tables of Arrow, with the package `apache-arrow` beside this one: `import … from 'backfill/arrow'`.

export { arrowStream, arrowTable } from './library/arrow.ts';
export type { TableSource } from './library/bar-table.ts';
