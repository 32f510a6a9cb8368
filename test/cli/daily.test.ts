import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningSimulator, built, environment, run, startSimulate } from '../acceptance/programs.ts';
import { bundled } from '../bundled.ts';
import { samplesOf } from '../monitor/metrics/watched.ts';
import { runWith } from './one-process.ts';

const HOLDER = fileURLToPath(bundled('test/store/parquet/writer-child.ts'));

/** Some seconds before the hour. */
const NOW = '2026-03-02T10:59:54Z';
const DAILY = ['--daily', '06:00 America/New_York'];
const NEXT = 'Next run: 2026-03-03 06:00 America/New_York (2026-03-03 11:00 UTC)';
const SAMPLE = ['--provider', 'sample', '--days', '5', '--store', 'data', '--state', 'state'];

/** SIGUSR2 has a day go by in a process: it slept. */
const SLEEPER = `data:text/javascript,${encodeURIComponent(
  'const now = Date.now; let slept = 0; Date.now = () => now() + slept; process.on("SIGUSR2", () => (slept += 86_400_000));',
)}`;

let folder = '';
let simulator: RunningSimulator | undefined;
const children: ChildProcess[] = [];
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-daily-'))));
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await simulator?.stop();
  simulator = undefined;
  await rm(folder, { recursive: true });
});

interface Server {
  readonly process: ChildProcess;
  readonly said: () => string;
  /** What of its page a path has. */
  readonly shown: (path: string) => Promise<string>;
  /** What whoever begins to listen to it is told, until that is. */
  readonly heard: (part: string) => Promise<string>;
  /** Its exit code, once a signal ended it. */
  readonly ended: (signal: NodeJS.Signals) => Promise<number | null>;
}

async function served(...args: readonly string[]): Promise<Server> {
  const line = [built('backfill'), 'serve', '--port', '0', ...DAILY, ...args];
  const serving = spawn(process.execPath, ['--import', SLEEPER, ...line], { env: environment, cwd: folder });
  children.push(serving);
  let stderr = '';
  serving.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const [first] = (await once(serving.stdout, 'data')) as [Buffer];
  const url = first.toString().trim();
  return {
    process: serving,
    said: () => stderr,
    shown: async (path) => (await fetch(url + path)).text(),
    heard: async (part) => {
      let all = '';
      for await (const piece of (await fetch(`${url}events`)).body ?? []) {
        all += Buffer.from(piece).toString();
        if (all.includes(part)) return all;
      }
      throw new Error(`it told only ${all}`);
    },
    ended: async (signal) => {
      const closing = once(serving, 'close');
      serving.kill(signal);
      return ((await closing) as [number | null])[0];
    },
  };
}

describe('backfill serve --daily', () => {
  it.each<[line: readonly string[], message: string]>([
    [
      ['--daily', '06:00', '--days', '5'],
      '--daily 06:00: say whose time that is, in quotes: "06:00 America/New_York", or as here "',
    ],
    [
      ['--daily', '06:00 New_York'],
      '--daily 06:00 New_York: there is no time zone New_York; did you mean America/New_York?\n',
    ],
    [
      ['--daily', '06:00 Amerca/New_York'],
      '--daily 06:00 Amerca/New_York: there is no time zone Amerca/New_York; did you mean America/New_York?\n',
    ],
    [
      ['--daily', '06:00 +01:00'],
      '--daily 06:00 +01:00: there is no time zone +01:00; write one as America/New_York, or UTC\n',
    ],
    ...['24:00 UTC', '6 UTC', '06:60 UTC', 'daily', '06:00 UTC AAPL'].map((text): [string[], string] => [
      ['--daily', text],
      `--daily ${text}: write HH:MM and a time zone, in quotes: "06:00 America/New_York"\n`,
    ]),
    [['AAPL'], '--tickers AAPL has no effect without --daily\n'],
    [['--on-done', 'true'], '--on-done true has no effect without --daily\n'],
    [['--workers', '2'], '--workers 2 has no effect without --daily\n'],
    [
      [...DAILY, '--metrics-tickers', '2'],
      '--metrics-tickers 2 has no effect without --metrics-port or --metrics-file\n',
    ],
    [[...DAILY, '--dry-run'], '--dry-run is no option of serve'],
    [[...DAILY, '@no-list.txt'], '--tickers @no-list.txt: cannot be read: there is no such file\n'],
    [[...DAILY, '--provider', 'polygon'], 'provider "polygon" needs its key; set POLYGON_API_KEY'],
    [[...DAILY, '--days', '0'], '--days 0: '],
    [[...DAILY, '--now', NOW], '--now: yahoo answers as of today'],
  ])('%j is refused in a line, before it serves', async (line, message) => {
    const { code, stdout, stderr } = await runWith({}, ['serve', '--port', '0', ...line], folder);
    expect([code, stdout, stderr.slice(0, 10 + message.length)]).toEqual([2, '', `backfill: ${message}`]);
    expect(stderr.trimEnd().split('\n').length).toBe(1);
  });

  it('waits for the hour, tops up a store that it makes, shows that and tells what comes next', async () => {
    const onDone = ['--on-done', 'echo "$BACKFILL_RESULT $BACKFILL_BARS" >> done.txt'];
    const server = await served('ALFA', 'BRIQ', ...SAMPLE, '--now', NOW, ...onDone);
    const first = 'Next run: 2026-03-02 06:00 America/New_York (2026-03-02 11:00 UTC)';
    await server.heard(`"next":"${first}"`);
    expect(server.said()).toBe(`${first}\n`);
    await expect.poll(server.said).toContain(NEXT);
    expect(server.said()).toContain('Fetched: 2  Errors: 0  Skipped: 0\n');
    expect(await readFile(join(folder, 'done.txt'), 'utf8')).toBe('ok 10\n');
    await server.heard(`"next":"${NEXT}"`);
    await server.heard('"phase":"ended","provider":"sample"');
    expect(await server.shown('series')).toContain('["BRIQ","1d","complete"');
    expect(await server.shown('runs')).toContain('"fetched":2');
    const other = await run('backfill', ['CORV', ...SAMPLE, '--now', NOW, '--quiet'], folder);
    expect([other.code, other.stderr]).toEqual([0, '']);
    expect(await server.ended('SIGTERM')).toBe(0);
    expect(server.said()).not.toContain('Stopping');
  });

  it('goes on after a run that failed, counts on and forgets the failure by the next one', async () => {
    await writeFile(join(folder, 'tickers.txt'), 'ALFA\n');
    const metrics = ['--metrics-port', '0', '--log-file', 'run.log'];
    const server = await served('@tickers.txt', ...SAMPLE, '--now', NOW, ...metrics);
    await rm(join(folder, 'tickers.txt'));
    await expect.poll(server.said).toContain(NEXT);
    expect(server.said()).toContain(
      'backfill: --tickers @tickers.txt: cannot be read: there is no such file\n',
    );
    const url = /^Metrics: (\S+)$/m.exec(server.said())?.[1] ?? '';
    const samples = async () => samplesOf(await (await fetch(url)).text());
    const first = await samples();
    expect(first.get('backfill_runs_total{result="failed"}')).toBe(1);
    expect(first.get('backfill_last_run_exit_code')).toBe(2);
    await writeFile(join(folder, 'tickers.txt'), 'ALFA\nBRIQ\n');
    server.process.kill('SIGUSR2');
    // A clock that was set is noticed within half a minute.
    await expect.poll(server.said, { timeout: 60_000 }).toContain('Next run: 2026-03-04 06:00');
    const second = await samples();
    expect(second.get('backfill_runs_total{result="failed"}')).toBe(1);
    expect(second.get('backfill_runs_total{result="complete"}')).toBe(1);
    expect(second.get('backfill_last_run_exit_code')).toBe(0);
    const log = (await readFile(join(folder, 'run.log'), 'utf8')).trimEnd().split('\n');
    const events = log.map((line) => (JSON.parse(line) as { event: string }).event);
    expect([events[0], events.at(-1)]).toEqual(['backfill.failed', 'backfill.finished']);
    expect(await server.ended('SIGINT')).toBe(0);
  });

  it('begins no store anew in place of one that went away', async () => {
    await run('backfill', ['CORV', ...SAMPLE, '--now', NOW, '--quiet'], folder);
    const server = await served(
      'ALFA',
      ...SAMPLE,
      '--now',
      NOW,
      '--on-done',
      'echo "$BACKFILL_RESULT" >> done.txt',
    );
    await rename(join(folder, 'data'), join(folder, 'moved'));
    await expect.poll(server.said).toContain(NEXT);
    expect(server.said()).toContain('backfill: --store data: there is no such folder');
    expect(existsSync(join(folder, 'data'))).toBe(false);
    expect(await readFile(join(folder, 'done.txt'), 'utf8')).toBe('refused\n');
    expect(await server.ended('SIGTERM')).toBe(0);
  });

  it('waits while another process writes the store, and can be ended meanwhile', async () => {
    await run('backfill', ['CORV', ...SAMPLE, '--now', NOW, '--quiet'], folder);
    const holder = spawn(process.execPath, ['--expose-gc', HOLDER, join(folder, 'data'), '0', 'false']);
    children.push(holder);
    await once(holder.stdout, 'data');
    const onDone = ['--on-done', 'echo "$BACKFILL_RESULT" >> done.txt'];
    const server = await served('ALFA', ...SAMPLE, '--now', NOW, ...onDone);
    const why = `The run waits, and tries every five minutes for six hours: the store ${join(folder, 'data')} is being written by `;
    await expect.poll(server.said).toContain(why);
    await server.heard(`"next":"${why}`);
    // It is no run that failed.
    expect(await server.heard(`Process ${holder.pid} on `)).toContain('data: {"run":null,');
    expect(server.said()).not.toContain('Filling');
    expect(await server.ended('SIGTERM')).toBe(0);
    expect(await readFile(join(folder, 'done.txt'), 'utf8')).toBe('refused\n');
  });

  it('ends a run in order by a signal, and itself with the exit code of that', async () => {
    simulator = await startSimulate(folder, ['--now', NOW, '--latency', '300ms']);
    const source = ['--provider-url', `yahoo=${simulator.url}`, '--state', 'state', '--now', NOW];
    const one = ['--workers', '1', '--concurrency', '1', '--days', '5', '--log-level', 'info'];
    const onDone = ['--on-done', 'echo "$BACKFILL_RESULT" >> done.txt'];
    const server = await served('ALFA,BRIQ,CORV,DUNO,ELNA,FJRD,GLYF,HAZL', ...source, ...one, ...onDone);
    await expect.poll(server.said).toContain('backfill.ticker_done');
    expect(await server.ended('SIGTERM')).toBe(143);
    expect(server.said().match(/^Stopping: .*$/gm)).toEqual([
      'Stopping: finishing what is in flight (again: at once).',
    ]);
    expect(server.said()).toContain('Interrupted after ');
    expect(await readFile(join(folder, 'done.txt'), 'utf8')).toBe('interrupted\n');
    const { stdout } = await run('backfill', ['status', '--json'], folder);
    expect(JSON.parse(stdout)).toMatchObject({ writer: null });
  });
});
