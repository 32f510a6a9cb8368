import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../needs.ts';
import { installInto, pack } from './installed.ts';
import { TRIED_NODES } from './other-nodes.ts';

let project = '';
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'backfill-nodes-'));
  await installInto(project, pack(project));
  await writeFile(join(project, 'use.mjs'), AS_MODULE);
  await writeFile(join(project, 'use.cjs'), FROM_COMMONJS);
});
afterAll(() => rm(project, { recursive: true }));

/** Fills over the network, with threads, from a server of its own; reads and queries. */
const AS_MODULE = `
  import { openHistory, openMarket, startSimulator } from 'backfill';
  const now = () => Date.parse('2026-03-02T23:00:00Z');
  const server = await startSimulator({ wire: 'yahoo', market: await openMarket('sample'), now });
  const provider = { id: 'yahoo', url: server.url };
  const history = openHistory({ store: 'imported', stateFolder: 'state', clock: now, workers: 2, provider });
  const { failed, fetched } = await history.backfill({ tickers: ['ALFA', 'BRVO.PA'], days: 20 });
  const bars = await history.read({ ticker: 'ALFA', interval: '1d' });
  const counted = [];
  await history.query('SELECT count(*)::INT AS n FROM bars', async (rows) => {
    for await (const block of rows.blocks()) counted.push(...block);
  });
  await history.close();
  await server.close();
  console.log(JSON.stringify({ node: process.versions.node, failed, fetched, bars: bars.length, counted }));`;

const FROM_COMMONJS = `
  const { openHistory } = require('backfill');
  const { barsOf } = require('backfill/provider');
  const { sampleMarket } = require('backfill/testing');
  const history = openHistory({ store: 'required', stateFolder: 'state', provider: { id: 'sample' } });
  history.backfill({ tickers: ['ALFA'], start: '2026-02-02', end: '2026-02-27' })
    .then(() => history.read({ ticker: 'ALFA', interval: '1d' }))
    .then((bars) => {
      const kinds = [typeof barsOf, typeof sampleMarket];
      console.log(JSON.stringify({ node: process.versions.node, bars: bars.length, kinds }));
      return history.close();
    });`;

for (const { version, program, installed } of TRIED_NODES) {
  describeWith(installed)(`the tarball in an empty project on Node ${version}`, () => {
    let folder = '';
    beforeAll(async () => {
      folder = join(project, version);
      await mkdir(folder);
    });

    /** What a program prints, which ends well and with no word of Node's own: of what is deprecated, of flags it has no more. */
    function printed(file: string, args: readonly string[] = [], borne = /^$/): string {
      const { status, stdout, stderr } = spawnSync(program, [join(project, file), ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      const ofNode = stderr.split('\n').filter((line) => /^\(node:|^\S*node: /.test(line));
      expect(ofNode.filter((line) => !borne.test(line))).toEqual([]);
      return stdout;
    }
    const cli = (name: string): string =>
      join('node_modules', 'backfill', 'dist', 'src', 'cli', `${name}.js`);

    it('runs the programs', () => {
      expect(printed(cli('backfill'), ['--version'])).toBe('backfill 0.1.0\n');
      const range = ['--days', '20', '--now', '2026-03-02T23:00:00Z'];
      const fill = [
        '--provider',
        'sample',
        '--tickers',
        'ALFA,BRVO.PA',
        '--workers',
        '2',
        '--state',
        'state',
      ];
      const { fetched, failed } = JSON.parse(printed(cli('backfill'), [...fill, ...range, '--json']));
      expect({ fetched, failed }).toEqual({ fetched: 2, failed: 0 });
      const { series } = JSON.parse(printed(cli('check-data'), [...range, '--json']));
      expect(series).toMatchObject([
        { ticker: 'ALFA', present: 20, missing: 0 },
        { ticker: 'BRVO.PA', present: 20, missing: 0 },
      ]);
      const sql = 'SELECT ticker, count(*)::INT AS n FROM bars GROUP BY ticker ORDER BY ticker';
      expect(printed(cli('backfill'), ['query', sql])).toBe('ticker,n\nALFA,20\nBRVO.PA,20\n');
    });

    it('is a library to import', () => {
      expect(JSON.parse(printed('use.mjs'))).toEqual({
        node: version,
        failed: 0,
        fetched: 2,
        bars: 20,
        counted: [[40]],
      });
    });

    it('is a library for CommonJS', () => {
      // Of Node 22, its first versions that can do it say so.
      const answer = printed('use.cjs', [], /^\(node:\d+\) ExperimentalWarning: CommonJS module/);
      expect(JSON.parse(answer)).toEqual({ node: version, bars: 19, kinds: ['function', 'function'] });
    });
  });
}
