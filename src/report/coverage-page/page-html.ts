import { createHash } from 'node:crypto';
import type { CoverageReport } from '../coverage.ts';
import type { CoveragePageData } from './page-data.ts';

/** Coverage as a page, and the report that it shows. */
export interface CoverageHtml {
  /** One HTML file, UTF-8, that asks nothing of any network. */
  readonly html: string;
  readonly report: CoverageReport;
}

/** What runs and styles a page, as one text each. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/**
 * The page as one HTML file that asks nothing of any network: its policy lets the browser run and style by what is in it, and by
 * nothing else. What comes from the store is in it as data alone.
 */
export function pageHtml(data: CoveragePageData, { script, style }: PageCode): string {
  const title = `Coverage of ${data.store}, ${data.madeAt.slice(0, 10)}`;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This page draws itself: allow scripts for this file, which asks for nothing.</noscript>',
    '<main id="page"></main>',
    `<script type="application/json" id="data">${inertJson(data)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON in which nothing can end a script or begin a tag or a comment. */
function inertJson(data: CoveragePageData): string {
  return JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
}

/** A line break as `\r\n` would be another text to the browser, and another hash. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
