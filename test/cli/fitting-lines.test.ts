import { afterEach, expect, it, vi } from 'vitest';
import { print, tellAsHere } from '../../src/cli/output.ts';
import { sameAsHere } from '../../src/cli/told-commands.ts';

const written: string[] = [];
const { isTTY, columns } = process.stdout;
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.stdout, { isTTY, columns });
  tellAsHere();
  written.length = 0;
});

/** The lines that a terminal of so many columns gets of some, in a command that names its store and its source. */
async function onTerminal(lines: readonly string[], width: number): Promise<string[]> {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  Object.assign(process.stdout, { isTTY: true, columns: width });
  const given = new Map([
    ['provider', ['csv']],
    ['provider-url', ['csv=files']],
  ]);
  tellAsHere(sameAsHere('/srv/prices', given));
  await print(lines);
  return written.join('').trimEnd().split('\n');
}

const STATUS = [
  'left       1 failed (KO): backfill --retry-failed asks for these alone',
  '           1 series: backfill --retry-failed --derive asks for these',
  '  stale    2 sessions, not what their 1m bars give: backfill --retry-failed',
  'last run   2026-11-20 21:15 UTC: backfill --retry-failed asks again',
];

it('a line that its command makes too long goes on in the column of what is said', async () => {
  const command = 'backfill --store /srv/prices --provider csv --provider-url csv=files --retry-failed';
  const lines = await onTerminal(STATUS, 100);
  expect(lines).toEqual([
    'left       1 failed (KO):',
    `           ${command} asks`,
    '           for these alone',
    '           1 series:',
    `           ${command} --derive`,
    '           asks for these',
    '  stale    2 sessions, not what their 1m bars give:',
    `           ${command}`,
    'last run   2026-11-20 21:15 UTC:',
    `           ${command} asks`,
    '           again',
  ]);
});

it('a sentence has no such column, nor has a line whose label leaves no room for it', async () => {
  const [sentence, label] = [
    'Of these 1 failed: backfill doctor  tells more of them, of their prices',
    'of-a-column-of-its-own  x: backfill doctor',
  ];
  expect(await onTerminal([sentence, label], 44)).toEqual([
    'Of these 1 failed:',
    'backfill --store /srv/prices doctor  tells',
    'more of them, of their prices',
    'of-a-column-of-its-own  x:',
    'backfill --store /srv/prices doctor',
  ]);
});
