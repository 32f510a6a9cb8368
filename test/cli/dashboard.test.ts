import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWith } from '../acceptance/programs.ts';
import { valuesOf } from './meant.ts';
import { runWith } from './one-process.ts';

const TOKEN = 'a-token-of-some-length';
const SAMPLE = ['--provider', 'sample', '--days', '5', '--now', '2026-03-02T23:00:00Z'];

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-serve-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('--dashboard', () => {
  it.each<[line: string, host: string, port: number, tickers: string | undefined]>([
    ['--dashboard', '127.0.0.1', 8321, undefined],
    ['--dashboard AAPL', '127.0.0.1', 8321, 'AAPL'],
    ['AAPL --dashboard', '127.0.0.1', 8321, 'AAPL'],
    ['--dashboard --days 5 AAPL', '127.0.0.1', 8321, 'AAPL'],
    ['--dashboard 9000 AAPL', '127.0.0.1', 9000, 'AAPL'],
    ['--dashboard=9000', '127.0.0.1', 9000, undefined],
    ['--dashboard 0.0.0.0:9000', '0.0.0.0', 9000, undefined],
    ['--dashboard [::1]:0', '::1', 0, undefined],
    ['--dashboard lake.example:80 AAPL', 'lake.example', 80, 'AAPL'],
  ])('as "%s" listens at %s:%i', (line, host, port, tickers) => {
    expect(valuesOf(line)).toMatchObject({ dashboard: { host, port }, tickers });
  });

  it('is off where it is not given, and a word behind -- is none of it', () => {
    expect(valuesOf('AAPL')).toMatchObject({ dashboard: undefined });
    expect(valuesOf('AAPL -- --dashboard')).toMatchObject({
      dashboard: undefined,
      tickers: 'AAPL,--dashboard',
    });
  });

  it.each([
    ['--dashboard=here', '--dashboard here: write PORT or HOST:PORT, e.g. 8321 or 0.0.0.0:8321'],
    ['--dashboard 0.0.0.0', '--dashboard 0.0.0.0: write PORT or HOST:PORT, e.g. 8321 or 0.0.0.0:8321'],
    ['--dashboard [::1]', '--dashboard [::1]: write PORT or HOST:PORT, e.g. 8321 or 0.0.0.0:8321'],
    ['--dashboard ::1:0', '--dashboard ::1:0: write PORT or HOST:PORT, e.g. 8321 or 0.0.0.0:8321'],
    ['--dashboard 127.0.0.1:', '--dashboard 127.0.0.1:: write PORT or HOST:PORT, e.g. 8321 or 0.0.0.0:8321'],
    ['--dashboard 70000', '--dashboard 70000: must be 0 (any free one) to 65535'],
    ['--dashboard --dry-run', '--dashboard 8321 has no effect with --dry-run'],
    ['--dashboard 1 --dashboard 2', '--dashboard is given 2 times (1, 2); give it once'],
  ])('%s is refused', (line, message) => expect(() => valuesOf(line)).toThrow(message));

  it('is refused in a line before anything is asked where its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const line = ['ALFA', ...SAMPLE, '--store', 'store', '--state', 'state', '--dashboard', String(port)];
    const { code, stdout, stderr } = await runWith({}, line, folder);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      `backfill: the dashboard cannot listen at 127.0.0.1:${port}: something listens there already; name another port, or 0 for any free one\n`,
    ]);
    expect(await readdir(folder)).toEqual([]);
    taken.close();
  });

  it('says where it is, and with --quiet only what nobody would know', async () => {
    const said = async (address: string, ...more: readonly string[]): Promise<string> => {
      const line = [
        'ALFA',
        ...SAMPLE,
        '--store',
        'store',
        '--state',
        'state',
        '--dashboard',
        address,
        ...more,
      ];
      const { code, stderr } = await runWith({}, line, folder);
      expect(code).toBe(0);
      return stderr;
    };
    expect(await said('0')).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/\n/);
    expect(await said('0', '--quiet')).toBe('');
    expect(await said('0.0.0.0:0', '--quiet')).toMatch(
      /^Dashboard: http:\/\/[\w.-]+:\d+\/\?token=[\w-]{32}\n$/,
    );
  });

  it('asks for the token of BACKFILL_TOKEN, which is told nowhere', async () => {
    const line = ['ALFA', ...SAMPLE, '--store', 'store', '--state', 'state', '--dashboard', '0.0.0.0:0'];
    const { code, stdout, stderr } = await runWith({ BACKFILL_TOKEN: TOKEN }, line, folder);
    expect([code, stderr.split('\n')[0]]).toEqual([0, expect.stringMatching(/^Dashboard: http:\/\/[^?]+$/)]);
    expect(stdout + stderr).not.toContain(TOKEN);
    const short = await runWith({ BACKFILL_TOKEN: 'short' }, line, folder);
    expect([short.code, short.stderr]).toEqual([
      2,
      'backfill: BACKFILL_TOKEN: the token of the dashboard must be at least 16 of the characters A-Z a-z 0-9 _ - . ~; ' +
        'leave it out, and one is made up where one is needed\n',
    ]);
    const { stdout: config } = await runWith({ BACKFILL_TOKEN: TOKEN }, ['config'], folder);
    expect(config).toMatch(/^token of the dashboard +\*\*\* +BACKFILL_TOKEN$/m);
    expect(config).not.toContain(TOKEN);
  });
});

describe('backfill serve', () => {
  const filled = (): Promise<unknown> =>
    runWith({}, ['ALFA', ...SAMPLE, '--store', 'data', '--state', 'state', '--quiet'], folder);

  it('shows a store until Ctrl-C or SIGTERM ends it, without an error and at once', async () => {
    await filled();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = startWith({ BACKFILL_TOKEN: TOKEN }, ['serve', '--port', '0'], folder);
      const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
      const url = line.toString().trim();
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect((await fetch(url)).status).toBe(401);
      const page = await fetch(`${url}series`, { headers });
      expect([page.status, (await page.text()).includes('["ALFA","1d","')]).toEqual([200, true]);
      // Somebody listens, and does not hold it up.
      const events = await fetch(`${url}events`, { headers });
      const begun = performance.now();
      child.kill(signal);
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(performance.now() - begun).toBeLessThan(5000);
      expect(await events.text()).toContain('event: bye');
    }
  });

  it('is refused where there is no store, and changes nothing where there is one', async () => {
    const none = await runWith({}, ['serve', '--port', '0'], folder);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/^backfill: --store \.\/data: there is no such folder/),
    ]);
    await filled();
    const before = await readdir(join(folder, 'data'), { recursive: true });
    await writeFile(join(folder, 'data', 'runs', 'spoilt.json'), '{');
    const child = startWith({}, ['serve', '--port', '0'], folder);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    for (const path of ['', 'series', 'runs', 'coverage', 'series/ALFA/1d'])
      expect([path, (await fetch(line.toString().trim() + path)).status]).toEqual([path, 200]);
    child.kill('SIGINT');
    await once(child, 'close');
    const after = await readdir(join(folder, 'data'), { recursive: true });
    expect(after.toSorted()).toEqual([...before, 'runs/spoilt.json'].toSorted());
  });
});
