// Makes the picture of a page of coverage that the README shows, of the sample market: `npm run build`, then this.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'backfill-picture-'));
const run = (program, ...args) => {
  const argv = [fromRoot(`dist/src/cli/${program}.js`), ...args, '--store', 'sample-data'];
  execFileSync(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
};
run('backfill', '--provider', 'sample', '--days', '252', '--now', '2026-03-02T23:00:00Z', '--quiet');
run('check-data', '--days', '260', '--now', '2026-03-04T23:00:00Z', '--html', 'report.html');
const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const page = await browser.newPage({ viewport: { width: 1100, height: 860 } });
await page.goto(pathToFileURL(join(folder, 'report.html')).href);
// Where it lies says nothing.
await page.evaluate("document.querySelector('#store').textContent = 'sample-data'");
await page.locator('#map').hover({ position: { x: 400, y: 300 } });
await page.waitForTimeout(500);
await page.screenshot({ path: fromRoot('bench/published/coverage-page.png') });
await browser.close();
await rm(folder, { recursive: true });
