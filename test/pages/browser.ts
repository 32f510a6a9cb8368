import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { CHROMIUM_PROGRAM, LONG_RUNS } from '../needs.ts';

/** How a page is looked at. Default: 1280 pixels wide, light. */
export interface Look {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  /** Whether it is touched with fingers. */
  readonly isTouched?: boolean;
}

/** How each page is judged: each width and each scheme once, and in the long form each width in each scheme. */
export const LOOKS: readonly (readonly [width: number, scheme: 'light' | 'dark'])[] = LONG_RUNS
  ? [
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ]
  : [
      [1280, 'light'],
      [390, 'dark'],
    ];

/** Pages of one kind, and how each is judged: in turn, in the short form, as there are looks. */
export function lookedAt(
  paths: readonly string[],
): (readonly [path: string, width: number, scheme: 'light' | 'dark'])[] {
  return paths.flatMap((path, i) =>
    LOOKS.filter((_, j) => LONG_RUNS || j === i % LOOKS.length).map((look) => [path, ...look] as const),
  );
}

export interface OpenPage {
  readonly page: Page;
  /** What it wrote to the console, and what it threw. */
  readonly said: readonly string[];
  /** What it asked for besides itself. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

let browser: Browser | undefined;

/** Starts a headless Chromium for the tests of a block, and gives what opens a file in it. */
export function withBrowser(): (file: string, look?: Look) => Promise<OpenPage> {
  beforeAll(async () => {
    // In a container there is neither a sandbox nor much shared memory.
    const args = ['--no-sandbox', '--disable-dev-shm-usage'];
    browser = await chromium.launch({ executablePath: CHROMIUM_PROGRAM, args });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return open;
}

async function open(file: string, look?: Look): Promise<OpenPage> {
  const opened = await visit(pathToFileURL(file).href, look);
  await opened.page.locator('#totals').waitFor();
  // The map is drawn before the next frame, the charts a moment later.
  await opened.page.locator('#map[width]').waitFor();
  return opened;
}

/** Opens an address in the browser that `withBrowser` started. What a page of a server asks of that server is not told. */
export async function visit(
  url: string,
  { width = 1280, scheme = 'light', isTouched = false }: Look = {},
): Promise<OpenPage> {
  if (browser === undefined) throw new Error('the browser is not open');
  const context = await browser.newContext({
    ...{ viewport: { width, height: 900 }, colorScheme: scheme, hasTouch: isTouched },
  });
  const page = await context.newPage();
  const { origin } = new URL(url);
  const isItself = (asked: string): boolean =>
    origin === 'null' ? asked === url : new URL(asked).origin === origin;
  const said: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => {
    if (!isItself(request.url())) asked.push(request.url());
  });
  await page.goto(url);
  return { page, said, asked, close: () => context.close() };
}

/** What is hard to use for some, by the rules of axe: their ids, and where. */
export async function hardToUse(page: Page): Promise<(readonly [rule: string, where: readonly string[]])[]> {
  await page.evaluate(axe.source);
  const { violations, passes } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  // Of a page that is not drawn yet there is little to say.
  expect(passes.length).toBeGreaterThan(15);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** Nothing was written to the console, nothing was thrown, and nothing was asked for. */
export function expectCalm({ said, asked }: OpenPage): void {
  expect(said).toEqual([]);
  expect(asked).toEqual([]);
}
