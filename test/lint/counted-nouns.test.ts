import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = resolve(import.meta.dirname, '../../src');

/** A count as it is written, and a noun of several behind it: of one it would be `1 bars`. */
const APART =
  /\$\{(?:formatCount|countText)\((?:[^()]|\([^()]*\))*\)\} (?:(?:more|odd|other|stored) )?(?:bars|sessions|tickers|requests|rows|files|days|months|gaps|batches|lines|splits|dividends|marks|runs|failures|warnings)\b/;

it('no count stands before the noun of several, whatever it is', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((name) =>
    readFileSync(join(SOURCES, name), 'utf8')
      .split('\n')
      .filter((line) => APART.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
