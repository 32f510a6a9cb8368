// Opens a file in a new headless Chromium, and says how long it takes until its map is painted, in ms.
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , file = ''] = process.argv;
const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto('about:blank');
const started = performance.now();
await page.goto(pathToFileURL(file).href);
await page.locator('#map[width]').waitFor();
// In the frame after the one that painted it.
await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
const wallMs = performance.now() - started;
await browser.close();
console.log(JSON.stringify({ wallMs }));
