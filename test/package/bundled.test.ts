import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lendDependencies, ROOT } from './checkout.ts';

let project = '';
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'backfill-bundled-'));
  await lendDependencies(project);
  await symlink(ROOT, join(project, 'node_modules', 'backfill'));
});
afterAll(() => rm(project, { recursive: true }));

/** Bundles a program that does something with a store, and gives its file. */
async function bundle(name: string, lines: string, options: BuildOptions): Promise<string> {
  const source = join(project, `${name}.ts`);
  const outfile = join(project, 'out', `${name}.${options.format === 'cjs' ? 'cjs' : 'mjs'}`);
  await writeFile(
    source,
    `import { openHistory } from 'backfill';
     const history = openHistory({ store: '${name}', stateFolder: 'state', provider: { id: 'sample' } });
     const range = { tickers: ['ALFA'], start: '2026-02-02', end: '2026-02-27' };
     ${lines}`,
  );
  await build({ entryPoints: [source], outfile, bundle: true, platform: 'node', ...options });
  return outfile;
}

const printed = (...line: readonly string[]): string =>
  execFileSync(process.execPath, line, { cwd: project, encoding: 'utf8' });

const FILL = `history.backfill(range).then(async ({ failed, fetched }) => {
  const bars = await history.read({ ticker: 'ALFA', interval: '1d' });
  const counted = [];
  await history.query('SELECT count(*)::INT AS n FROM bars', async (rows) => {
    for await (const block of rows.blocks()) counted.push(...block);
  });
  console.log(JSON.stringify({ failed, fetched, bars: bars.length, counted }));
});`;

/** Says what a fill is refused with, or a rename. */
const SAY = `const asked = process.argv[2] === 'rename'
  ? history.rename('ALFA', 'BETA', { on: '2026-02-02' })
  : history.backfill(range);
asked.catch((error) => console.log(error.code, error.message));`;

describe.each(['esm', 'cjs'] as const)('a program bundled as %s', (format) => {
  it('fills, reads and queries a store where the library is left out of the bundle', async () => {
    const file = await bundle(`left-out-${format}`, FILL, { format, external: ['backfill'] });
    expect(JSON.parse(printed(file))).toEqual({ failed: 0, fetched: 1, bars: 19, counted: [[19]] });
  });

  it.each([
    ['nothing but DuckDB', ['@duckdb/node-api']],
    ['all that has files of its own', ['@duckdb/node-api', 'piscina', 'fs-native-extensions']],
  ])(
    'with the library in it and %s left out, says what to do instead of a fill, and of a lock',
    async (_, external) => {
      const name = `taken-along-${format}-${external.length}`;
      const file = await bundle(name, SAY, { format, external, logLevel: 'silent' });
      expect(printed(file)).toMatch(
        /^usage the library was bundled, .* \(esbuild --external:backfill; .*\)\n$/,
      );
      // Where what locks has files of its own, and they are not left out, there is no locking.
      if (external.length === 1)
        expect(printed(file, 'rename')).toMatch(/^store-unusable .* leave backfill out of the bundle\n$/);
    },
  );
});
