// Makes the picture of a dashboard that the README shows, in the middle of a run of the sample market from a server with
// faults: `npm run build`, then this.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'backfill-picture-'));
const PROGRAM = fromRoot('dist/src/cli/backfill.js');
const NOW = '2026-11-20T22:00:00Z';
const start = (line) =>
  spawn(process.execPath, [PROGRAM, ...line.split(' '), '--now', NOW], { cwd: folder, stdio: 'pipe' });
/** What a program prints. */
const printed = (line) =>
  execFileSync(process.execPath, [PROGRAM, ...line.split(' '), '--now', NOW], { cwd: folder, stdio: 'pipe' });
/** What a program says on a stream that matches. */
const said = (stream, pattern) =>
  new Promise((resolve) => {
    let all = '';
    stream.on('data', (part) => {
      all += part;
      const found = pattern.exec(all)?.[1];
      if (found !== undefined) resolve(found);
    });
  });

printed('--provider sample --days 1 --store listed');
const { series } = JSON.parse(printed('check-data --json --store listed'));
const tickers = ['NOSUCH', ...series.map(({ ticker }) => ticker)].join(',');
const faults = '--latency 200ms --fault error-500=12%,throttle-seconds=2% --fault-seed 3';
const simulator = start(`simulate --wire yahoo ${faults}`);
const url = await said(simulator.stdout, /(http:\S+)/);
const source = `--provider-url yahoo=${url} --rate-limit 300/min --state state`;
const run = start(`${tickers} ${source} --store sample-data --dashboard 0`);
const dashboard = await said(run.stderr, /Dashboard: (\S+)\n/);
const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const page = await browser.newPage({ viewport: { width: 1100, height: 850 } });
await page.goto(dashboard);
while ((await page.evaluate("document.querySelector('#progress').value")) < 36)
  await page.waitForTimeout(100);
await page.screenshot({ path: fromRoot('bench/published/dashboard.png') });
await browser.close();
run.kill('SIGKILL');
simulator.kill('SIGTERM');
await Promise.all([once(run, 'close'), once(simulator, 'close')]);
await rm(folder, { recursive: true });
