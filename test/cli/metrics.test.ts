import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { type IncomingMessage, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, type RunningSimulator, ended, start, startSimulate } from '../acceptance/programs.ts';
import { samplesOf } from '../monitor/metrics/watched.ts';
import { run } from './one-process.ts';

const NOW = '2026-03-02T23:00:00Z';
const TICKERS = 'ALFA,BRIQ,CORV,DUNO,ELNA,FJRD,GLYF,HAZL';

let folder = '';
let simulator: RunningSimulator | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-metrics-'));
});
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
  await rm(folder, { recursive: true });
});

const COMMON = ['--now', NOW, '--store', 'data', '--state', 'state'];
const SAMPLE = ['--provider', 'sample', '--days', '20', ...COMMON];

const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

async function written(): Promise<ReadonlyMap<string, number>> {
  return samplesOf(await readFile(join(folder, 'metrics', 'backfill.prom'), 'utf8'));
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

async function ask(
  url: string,
  { method = 'GET', host }: { method?: string; host?: string } = {},
): Promise<Answer> {
  const asked = request(url, { method, ...(host !== undefined && { headers: { host } }) }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const part of response) body += String(part);
  return { status: response.statusCode, type: response.headers['content-type'], body };
}

describe('--metrics-port', () => {
  it('serves what a run does while it does it, to this machine only', async () => {
    simulator = await startSimulate(folder, ['--now', NOW, '--latency', '400ms', '--fault', 'error-500=15%']);
    const args = ['--tickers', TICKERS, '--days', '20', ...COMMON, '--workers', '1', '--concurrency', '1'];
    const child = start(
      'backfill',
      [...args, '--provider-url', `yahoo=${simulator.url}`, '--metrics-port', '0'],
      folder,
    );
    const finished = ended(child);
    let stderr = '';
    child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()));
    while (!/^Metrics: \S+\n/m.test(stderr)) await sleep(10);
    const url = /^Metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)\n/m.exec(stderr)?.[1] ?? '';

    const scrapes: ReadonlyMap<string, number>[] = [];
    const done = (): number => scrapes.at(-1)?.get('backfill_bars_total{provider="yahoo"}') ?? 0;
    while (done() < 80) {
      const { status, type, body } = await ask(url);
      expect(status).toBe(200);
      expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
      scrapes.push(samplesOf(body));
      await sleep(50);
    }
    const last = scrapes.at(-1);
    expect(last?.get('backfill_run_in_progress')).toBe(1);
    expect(last?.get('backfill_jobs_in_progress')).toBeGreaterThanOrEqual(1);
    expect(last?.get('backfill_completion_ratio')).toBeGreaterThanOrEqual(0.5);
    expect(last?.get('backfill_queue_depth')).toBeLessThanOrEqual(3);
    expect(last?.has('backfill_last_run_exit_code')).toBe(false);

    expect(await ask(url, { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await ask(url, { host: `localhost:${new URL(url).port}` })).toMatchObject({ status: 200 });
    expect(await ask(url, { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await ask(url, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await ask(url.replace('/metrics', '/'))).toMatchObject({ status: 404 });
    expect((await finished).code).toBe(0);
  });

  it('that is in use is one line, before anything is asked or written', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await mkdir(join(folder, 'metrics'));
    const { code, stderr } = await backfill('ALFA', ...SAMPLE, '--metrics-port', `${port}`);
    taken.close();
    expect(code).toBe(2);
    expect(stderr).toBe(
      `backfill: --metrics-port: metrics cannot be served on 127.0.0.1:${port}: something listens there already; ` +
        'name another port, or 0 for any free one\n',
    );
    expect(await readdir(folder)).toEqual(['metrics']);
  });

  it.each(['', 'x', '70000', '::1:9464', '1.2.3.4:', '[::1]'])('is refused as "%s"', async (text) => {
    const { code, stderr } = await backfill('ALFA', ...SAMPLE, `--metrics-port=${text}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^backfill: --metrics-port[^\n]*\n$/);
  });

  it('on an address for others answers to any name', async () => {
    simulator = await startSimulate(folder, ['--now', NOW, '--latency', '400ms']);
    const args = [
      '--tickers',
      TICKERS,
      '--days',
      '20',
      ...COMMON,
      '--provider-url',
      `yahoo=${simulator.url}`,
    ];
    const child = start('backfill', [...args, '--metrics-port', '0.0.0.0:0'], folder);
    const finished = ended(child);
    let stderr = '';
    child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()));
    while (!/^Metrics: \S+\n/m.test(stderr)) await sleep(10);
    const port = /^Metrics: http:\/\/0\.0\.0\.0:(\d+)\/metrics\n/m.exec(stderr)?.[1];
    const { status } = await ask(`http://127.0.0.1:${port}/metrics`, { host: 'backfill.internal:9464' });
    expect(status).toBe(200);
    expect((await finished).code).toBe(0);
  });
});

describe('--metrics-file', () => {
  const FILE = ['--metrics-file', 'metrics/backfill.prom'];
  beforeEach(() => mkdir(join(folder, 'metrics')));

  it('tells at the end what the record of the run tells, and how fresh the store is', async () => {
    const { code } = await backfill('ALFA', 'BRVO.PA', 'NOSUCH', ...SAMPLE, ...FILE);
    expect(code).toBe(1);
    const { stdout } = await backfill('runs', 'show', 'last', '--json', '--store', 'data');
    const { summary } = JSON.parse(stdout) as { summary: Record<string, number> & { endedAt: string } };
    const samples = await written();
    expect(samples.get('backfill_bars_total{provider="sample"}')).toBe(summary['bars']);
    expect(samples.get('backfill_series_total{outcome="fetched"}')).toBe(2);
    expect(samples.get('backfill_series_total{outcome="unavailable"}')).toBe(1);
    expect(samples.get('backfill_last_run_exit_code')).toBe(1);
    expect(samples.get('backfill_last_run_end_timestamp_seconds')).toBe(Date.parse(summary.endedAt) / 1000);
    expect(samples.get('backfill_run_in_progress')).toBe(0);
    expect(samples.get('backfill_sessions_overdue{calendar="XNYS"}')).toBe(0);
    expect(samples.get('backfill_coverage_ratio{calendar="XPAR"}')).toBe(1);
    expect(samples.get('backfill_session_due_timestamp_seconds{calendar="XNYS"}')).toBe(
      Date.parse('2026-03-03T21:00:00Z') / 1000,
    );
    // Nothing of it is left beside it, where a collector would look.
    expect(await readdir(join(folder, 'metrics'))).toEqual(['backfill.prom']);
  });

  it('tells that a run was refused, until another one ends, be it interrupted', async () => {
    expect((await backfill('ALFA', ...SAMPLE, '--quiet')).code).toBe(0);
    const keyless = ['--provider', 'polygon', '--days', '5', '--store', 'data', '--state', 'state'];
    expect((await backfill('ALFA', 'BRIQ', ...keyless, ...FILE)).code).toBe(2);
    const samples = await written();
    expect(samples.get('backfill_last_run_exit_code')).toBe(2);
    expect(samples.get('backfill_runs_total{result="failed"}')).toBe(1);
    expect(samples.get('backfill_run_in_progress')).toBe(0);

    simulator = await startSimulate(folder, ['--now', NOW, '--latency', '3s']);
    const slow = [
      '--tickers',
      TICKERS,
      '--days',
      '20',
      ...COMMON,
      '--provider-url',
      `yahoo=${simulator.url}`,
    ];
    const child = start('backfill', [...slow, '--workers', '1', ...FILE], folder);
    const finished = ended(child);
    while ((await simulator.asked()).length === 0) await sleep(50);
    expect((await written()).get('backfill_last_run_exit_code')).toBe(2);
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
    const after = await written();
    expect(after.get('backfill_last_run_exit_code')).toBe(130);
    expect(after.get('backfill_runs_total{result="interrupted"}')).toBe(1);
  });

  it('that cannot be written is one line, before anything is asked', async () => {
    const { code, stderr } = await backfill('ALFA', ...SAMPLE, '--metrics-file', 'nowhere/backfill.prom');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^backfill: \S*nowhere\/backfill.prom cannot be written: there is no such folder[^\n]*\n$/,
    );
    expect(await readdir(folder)).toEqual(['metrics']);
  });

  it.each([
    [['--dry-run'], '--metrics-file metrics/backfill.prom has no effect with --dry-run'],
    [
      ['--plan-out', 'night.plan'],
      '--metrics-file metrics/backfill.prom has no effect with --plan-out night.plan',
    ],
  ])('has no effect without a run: %j', async (more, why) => {
    const { code, stderr } = await backfill('ALFA', ...SAMPLE, ...FILE, ...more);
    expect([code, stderr]).toEqual([2, `backfill: ${why}\n`]);
  });
});

describe('--metrics-tickers', () => {
  it('bounds the labels, and drops them', async () => {
    await mkdir(join(folder, 'metrics'));
    const file = ['--metrics-file', 'metrics/backfill.prom'];
    await backfill('ALFA', 'BRIQ', 'CORV', ...SAMPLE, ...file, '--metrics-tickers', '1');
    const of = (samples: ReadonlyMap<string, number>): string[] =>
      [...samples.keys()].filter((key) => key.startsWith('backfill_last_timestamp'));
    const bounded = of(await written());
    expect(bounded).toHaveLength(2);
    expect(bounded).toContain('backfill_last_timestamp{node_id="_other",interval="1d"}');
    await backfill('ALFA', ...SAMPLE, '--no-gaps', ...file, '--metrics-tickers', '0');
    expect(of(await written())).toEqual(['backfill_last_timestamp{interval="1d"}']);
  });

  it('has no effect without a place for them', async () => {
    const { code, stderr } = await backfill('ALFA', ...SAMPLE, '--metrics-tickers', '3');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'backfill: --metrics-tickers 3 has no effect without --metrics-port or --metrics-file\n',
    );
  });
});
