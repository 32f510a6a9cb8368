import { existsSync, readdirSync } from 'node:fs';

/** Where PostgreSQL's own programs are, of Debian's package `postgresql` or in the path; undefined where they are not. */
export const POSTGRES_PROGRAMS = postgresPrograms();

function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => `${debian}/${version}/bin`);
  return [...folders, ...(process.env['PATH'] ?? '').split(':')].find(
    (folder) => folder !== '' && existsSync(`${folder}/initdb`) && existsSync(`${folder}/pg_ctl`),
  );
}
