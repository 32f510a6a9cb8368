import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunSummary } from '../../src/index.ts';
import { type RunningSimulator, start, startSimulate } from '../acceptance/programs.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { visit, withBrowser } from './browser.ts';

const NOW = ['--now', '2026-11-20T22:00:00Z'];
/** Of the sample market, and one that it does not have. */
const TICKERS = [
  ...['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'FJRD', 'GLYF', 'HAZL', 'IBYX', 'JUNP', 'KELV', 'LUMO', 'MODA'],
  ...['ADLR.DE', 'BRVO.PA', 'CIDR.PA', 'DOUX.PA', 'DRHT.DE', 'EICH.DE', 'FLNA.PA', 'GIVR.PA', 'HOSH.T'],
  ...['NOSUCH', 'KUMO.T', 'LUNE.PA', 'DEMO-USD', 'FAUX-USD', 'MOCK-USDT', 'PSDO-USDT', 'SABL'],
];

/** Where a run that was started says that its dashboard is. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    child.stderr?.on('data', (part: Buffer) => {
      all += part.toString();
      const [, address] = /Dashboard: (\S+)\n/.exec(all) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('close', () => reject(new Error(`it ended instead: ${all}`)));
  });
}

/** What a page says of a number. */
async function numberAt(page: Page, id: string): Promise<number> {
  const text = (await page.locator(`#${id}`).textContent()) ?? '';
  return Number(text.replaceAll(',', '').split(' ')[0]);
}

const doneOf = (page: Page): Promise<number> => page.evaluate("document.querySelector('#progress').value");

describeWith(CHROMIUM)('a run that is watched in a browser', () => {
  withBrowser();
  let folder = '';
  let simulator: RunningSimulator;
  let run: ChildProcess;
  let url = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-dashboard-'));
    const hostile = ['--latency', '100ms', '--fault', 'error-500=20%', '--fault-seed', '7'];
    simulator = await startSimulate(folder, [...hostile, ...NOW]);
    const store = [
      '--store',
      join(folder, 'store'),
      '--state',
      join(folder, 'state'),
      '--days',
      '60',
      ...NOW,
    ];
    const from = ['--provider-url', `yahoo=${simulator.url}`, '--rate-limit', '150/min', '--workers', '2'];
    run = start('backfill', [...TICKERS, ...store, ...from, '--dashboard', '0']);
    url = await addressOf(run);
  });
  afterAll(async () => {
    run.kill('SIGKILL');
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it('moves, shows faults, goes on after a reload and a restart, and ends as its record says', async () => {
    const opened = await visit(url);
    const { page } = opened;
    const ended = once(run, 'close');
    const phase = page.locator('#phase');
    await expect.poll(() => phase.textContent()).toBe('Run in progress: yahoo');
    await expect.poll(() => doneOf(page)).toBeGreaterThan(2);
    const [done, bars] = [await doneOf(page), await numberAt(page, 'now-bars')];
    await expect.poll(() => doneOf(page)).toBeGreaterThan(done);
    await expect.poll(() => numberAt(page, 'now-bars')).toBeGreaterThan(bars);
    expect(await page.locator('#how-far').textContent()).toMatch(
      /^\d+ of 30 series \(\d+\.\d%\), ETA \d+.*, elapsed \d+s$/,
    );
    expect(await page.locator('#now-requests-per-minute').textContent()).toMatch(/^\d+ of 150$/);
    // A fault is asked about again; what stays one is told with its ticker.
    await expect.poll(() => numberAt(page, 'now-retries')).toBeGreaterThan(0);
    await page.reload();
    await expect.poll(() => phase.textContent()).toBe('Run in progress: yahoo');
    await expect.poll(() => doneOf(page)).toBeGreaterThanOrEqual(done);
    await expect.poll(() => page.locator('#errors tbody').textContent()).toContain('unknown-ticker');
    await expect.poll(() => page.locator('#failures tbody th').allTextContents()).toContain('NOSUCH');
    expect(await page.locator('#slowest tbody tr').count()).toBeGreaterThan(5);
    await ended;
    await expect.poll(() => phase.textContent()).toBe('Run ended: yahoo');
    const [record = ''] = await readdir(join(folder, 'store', 'runs'));
    const summary = JSON.parse(await readFile(join(folder, 'store', 'runs', record), 'utf8')) as RunSummary;
    expect([
      await numberAt(page, 'now-bars'),
      await numberAt(page, 'now-sent'),
      await numberAt(page, 'now-retries'),
      await numberAt(page, 'count-d'),
    ]).toEqual([summary.bars, summary.sent, summary.retries, summary.fetched]);
    expect(await numberAt(page, 'count-f')).toBe(summary.failed);
    expect(await page.locator('#end').textContent()).toContain('Fetched: ');
    const id = record.replace('.json', '');
    const ofRecord = page.locator('#records a');
    expect(await ofRecord.getAttribute('href')).toBe(`/runs/${id}`);
    expect(await ofRecord.isVisible()).toBe(true);
    expect(await page.locator('#link').textContent()).toContain('The process has ended');
    const { port } = new URL(url);
    const served = start('backfill', ['serve', '--store', join(folder, 'store'), '--port', port, ...NOW]);
    await expect.poll(() => page.locator('#link').textContent()).toBe('Live');
    await expect.poll(() => page.locator('#idle').isVisible()).toBe(true);
    await expect.poll(() => page.locator('#last-runs tbody th').allTextContents()).toEqual([id]);
    await page.locator('#last-runs tbody a').click();
    await expect.poll(() => page.locator('h1').textContent()).toBe(`Run ${id}`);
    await page.locator('#answered tbody a', { hasText: 'ALFA' }).click();
    await expect.poll(() => page.locator('h1').textContent()).toBe('ALFA 1d');
    served.kill('SIGINT');
    expect(await once(served, 'close')).toEqual([0, null]);
    // The console tells of the time in which nobody was there, and of nothing else.
    const others = opened.said.filter(
      (line) => !/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING)/.test(line),
    );
    expect([others, opened.asked]).toEqual([[], []]);
    await opened.close();
  });
});
