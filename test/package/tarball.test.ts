import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyCheckout, ROOT } from './checkout.ts';
import { installInto, pack } from './installed.ts';

let folder = '';
/** A project of somebody who installed the tarball. */
let project = '';
let packedAt = '';
let packed: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-package-'));
  project = join(folder, 'project');
  const checkout = join(folder, 'checkout');
  await copyCheckout(checkout);
  packedAt = pack(folder, { from: checkout, builds: true });
  packed = execFileSync('tar', ['-tzf', packedAt], { encoding: 'utf8' }).trim().split('\n');
  await installInto(project, packedAt);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

const range = ['--days', '20', '--now', '2026-03-02T23:00:00Z'];
const fill = ['--provider', 'sample', '--tickers', 'ALFA,BRVO.PA', ...range, '--state', 'state'];

function execute(program: string, args: readonly string[], cwd = project): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  expect(stderr + stdout, `${program} ended with ${status}`).toSatisfy(() => status === 0);
  return stdout;
}

describe('a build', () => {
  it('makes the programs executable, whatever the umask, so that a linked command outlives it', async () => {
    const checkout = join(folder, 'checkout');
    for (const name of ['backfill', 'check-data']) {
      const program = join(checkout, 'dist', 'src', 'cli', `${name}.js`);
      expect((await stat(program)).mode & 0o111).toBe(0o111);
      await symlink(program, join(folder, name));
      expect(execute(join(folder, name), ['--help'])).toContain(name);
    }
  });
});

describe('the tarball of a clean clone', () => {
  it('has the build, the licence and the README, and nothing of development', () => {
    const names = packed.map((path) => path.replace(/^package\//, ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'dist/src/index.js',
        'dist/src/index.d.ts',
        'dist/src/cli/backfill.js',
        'dist/src/cli/check-data.js',
        'dist/workers/run-task.js',
        'dist/pages/coverage.js',
        'dist/pages/coverage.css',
        'dist/monitoring/alerts.yml',
        'dist/monitoring/dashboard.json',
        'dist/pages/dashboard.js',
        'dist/pages/dashboard.css',
      ]),
    );
    const ours =
      /^(LICENSE|README\.md|package\.json|dist\/(src|workers)\/.+\.(js|d\.ts)|dist\/pages\/\w+\.(js|css)|dist\/monitoring\/(alerts\.yml|dashboard\.json))$/;
    const development = /(^|\/)(tests?|bench|seeds?|cases|fixtures|node_modules)\/|\.test\./;
    const stray = names.filter((name) => !ours.test(name) || development.test(name));
    expect(stray).toEqual([]);
  });

  it('has nothing that publint has a word about', async () => {
    const tarball = Uint8Array.from(await readFile(packedAt)).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages).toEqual([]);
  });

  it('has every file that its package.json names', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
      types: string;
      exports: Record<string, Record<string, string> | string>;
    };
    const named = [
      ...Object.values(manifest.bin),
      manifest.types,
      ...Object.values(manifest.exports).flatMap((entry) =>
        typeof entry === 'string' ? [entry] : Object.values(entry),
      ),
    ];
    const paths = named.map((path) => `package/${path.replace(/^\.\//, '')}`);
    expect(packed).toEqual(expect.arrayContaining(paths));
  });

  it('runs both programs', async () => {
    const program = (name: string): string =>
      join(project, 'node_modules', 'backfill', 'dist', 'src', 'cli', `${name}.js`);
    execute(process.execPath, [program('backfill'), ...fill, '--workers', '2']);
    expect(await readdir(join(project, 'data', 'bars'))).toEqual(['interval=1d']);
    const report = JSON.parse(execute(process.execPath, [program('check-data'), '--json', ...range]));
    expect(report).toMatchObject({
      series: [
        { ticker: 'ALFA', present: 20 },
        { ticker: 'BRVO.PA', present: 20 },
      ],
    });
    const sql = 'SELECT count(*)::INT AS n FROM bars';
    expect(execute(process.execPath, [program('backfill'), 'query', sql])).toBe('n\n40\n');
  });

  it('exports the library, and what a provider is built of and tested with', async () => {
    const list = `Promise.all(['', '/provider', '/testing'].map((entry) => import('backfill' + entry)))
      .then((entries) => console.log(JSON.stringify(entries.map((entry) => Object.keys(entry)))))`;
    const [library, provider, testing] = JSON.parse(
      execute(process.execPath, ['--input-type=module', '--eval', list]),
    ) as string[][];
    expect(library).toEqual(expect.arrayContaining(['openHistory', 'loadProvider', 'BackfillError']));
    expect(library?.filter((name) => /Text$|Line$|^table$|^didYouMean$/.test(name))).toEqual([]);
    expect(provider).toEqual(
      expect.arrayContaining(['BackfillError', 'rawAnswer', 'barsOf', 'errorByStatus']),
    );
    expect(testing?.toSorted()).toEqual(['contractOf', 'sampleMarket', 'startSimulator', 'tradedRows']);
  });

  it('makes tables of Arrow once the package for it is installed, and says so before', async () => {
    const arrow = join('node_modules', 'apache-arrow');
    const use = `
      import { openHistory } from 'backfill';
      import { arrowTable } from 'backfill/arrow';
      const history = openHistory({ store: './data', provider: 'none' });
      const table = arrowTable(history, { ticker: 'ALFA', interval: '1d' });
      console.log(await table.then(({ numRows }) => numRows, ({ code, message }) => [code, message].join(': ')));`;
    await writeFile(join(project, 'arrow.mjs'), use);
    const none = 'usage: Arrow needs a package of its own: npm install apache-arrow\n';
    expect(execute(process.execPath, ['arrow.mjs'])).toBe(none);
    await symlink(join(ROOT, arrow), join(project, arrow));
    expect(execute(process.execPath, ['arrow.mjs'])).toBe('20\n');
  });

  it('is a library for import and for require', async () => {
    const use = `
      const history = openHistory({ store: './by-library', stateFolder: './state', provider: { id: 'sample' } });
      history.backfill({ tickers: ['ALFA'], start: '2026-02-02', end: '2026-02-27' })
        .then((summary) => history.read({ ticker: 'ALFA', interval: '1d' }))
        .then((bars) => { console.log(bars.length); return history.close(); });`;
    await writeFile(join(project, 'use.mjs'), `import { openHistory } from 'backfill';${use}`);
    await writeFile(join(project, 'use.cjs'), `const { openHistory } = require('backfill');${use}`);
    expect(execute(process.execPath, ['use.mjs'])).toBe('19\n');
    expect(execute(process.execPath, ['use.cjs'])).toBe('19\n');
  });
});
