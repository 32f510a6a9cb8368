import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './one-process.ts';
import { sameAsHere } from '../../src/cli/told-commands.ts';
import { asPasted } from '../../src/report/told-commands.ts';

const RUN = 'run backfill --provider sample --tickers AAPL, or use backfill actions AAPL --add D';

/** A line told by a command line that gives these options. */
function told(line: string, store: string, given: Readonly<Record<string, readonly string[]>> = {}): string {
  return asPasted(line, sameAsHere(store, new Map(Object.entries(given)))).replaceAll('\u00A0', ' ');
}

it.each([
  ['./data', RUN],
  [
    '/srv/x',
    'run backfill --store /srv/x --provider sample --tickers AAPL, or use backfill --store /srv/x actions AAPL --add D',
  ],
  [
    "my $& bars'",
    String.raw`run backfill --store 'my $& bars'\''' --provider sample --tickers AAPL, or use backfill --store 'my $& bars'\''' actions AAPL --add D`,
  ],
])('a command that is proposed reads the store %s', (store, line) => {
  expect(told(RUN, store)).toBe(line);
  expect(told('what a backfill is', store)).toBe('what a backfill is');
});

it.each(['./data', 'prices'])('one that can be pasted already stays as it is, of the store %s', (store) => {
  const given = { state: ['a b'], 'rate-limit': ['5/s'] };
  const once = told('backfill AAPL --days 5', store, given);
  expect(once).toContain(" --rate-limit 5/s --state 'a b' AAPL --days 5");
  expect(told(once, store, given)).toBe(once);
});

describe('a command that is told', () => {
  it.each([
    ['backfill forget AAPL, then run again', 'backfill --store s forget AAPL, then run again'],
    [
      'AAPL: backfill rename AAPL NEW --on DATE; or',
      'AAPL: backfill --store s rename AAPL NEW --on DATE; or',
    ],
    ['; backfill doctor --fix writes', '; backfill --store s doctor --fix writes'],
    ['fetch it once: backfill discover sp500', 'fetch it once: backfill --store s discover sp500'],
    ['backfill restore ID brings', 'backfill --store s restore ID brings'],
    ['to take that: backfill AAPL --no-gaps', 'to take that: backfill --store s AAPL --no-gaps'],
    ['backfill ^GSPC --no-gaps', 'backfill --store s ^GSPC --no-gaps'],
    ['; check-data --issues lists what', '; check-data --store s --issues lists what'],
    ['complete. check-data shows which.', 'complete. check-data --store s shows which.'],
  ])('has the store of the command that tells of it: %s', (line, pasted) => {
    expect(told(line, 's')).toBe(pasted);
  });

  it.each([
    'Run the same backfill again: it fetches what is missing now.',
    'the next backfill of the ticker asks for it again',
    'backfill: there is no provider "x"',
    'check-data: --days 0: must be a whole number above 0',
    '/srv/check-data is no store',
    'To bring that back: backfill restore ID --store s',
    'leave backfill out of the bundle (esbuild --external:backfill)',
  ])('is told from other words: %s', (line) => {
    expect(told(line, 's')).toBe(line);
  });

  const given = {
    provider: ['csv'],
    'provider-url': ['csv=./my csv'],
    basis: ['raw'],
    state: ['/srv/state'],
    'rate-limit': ['5/min,500/day'],
    tickers: ['AAPL'],
  };

  it('asks the same source where it is a run', () => {
    expect(told('to take that: backfill AAPL --no-gaps', './data', given)).toBe(
      "to take that: backfill --provider csv --provider-url 'csv=./my csv' --basis raw --rate-limit 5/min,500/day " +
        '--state /srv/state AAPL --no-gaps',
    );
  });

  it.each([
    ['postgres://ann:secret@db.example/prices', ''],
    ['./data', 'csv=https://ann:secret@files.example/prices'],
  ])('has no password in it, be it of the store %s or of the source', (store, url) => {
    const source = url === '' ? {} : { 'provider-url': [url] };
    const pasted = told('backfill AAPL --no-gaps', store, source);
    expect(pasted).toContain('ann@');
    expect(pasted).not.toContain('secret');
  });

  it.each([
    ['backfill forget AAPL', 'backfill --store s forget AAPL'],
    ['check-data --issues', 'check-data --store s --issues'],
    ['backfill --provider sample AAPL', 'backfill --store s --provider sample AAPL'],
  ])('has nothing of the source where that is not asked, or another one: %s', (line, pasted) => {
    expect(told(line, 's', given)).toBe(pasted);
  });
});

it('what a run says to forget is forgotten by just that line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-told-'));
  try {
    const backfill = (...args: string[]): ReturnType<typeof run> => run('backfill', args, folder);
    await mkdir(join(folder, 'csv'));
    const rows = ['2026-02-02', '2026-02-03', '2026-02-04', '2026-02-05'].map(
      (day, i) => `${day},${7 + (i % 3) / 8},8,6,7,${1000 + i}`,
    );
    await writeFile(join(folder, 'csv/ALFA.csv'), `date,open,high,low,close,volume\n${rows.join('\n')}\n`);
    const asked = [
      '--store',
      join(folder, 'other'),
      '--now',
      '2026-03-02T23:00:00Z',
      '--start',
      '2026-02-02',
    ];
    const source = ['--provider', 'csv', '--provider-url', 'csv=csv', '--basis', 'raw'];
    expect((await backfill('ALFA', ...asked, '--end', '2026-02-05', ...source)).code).toBe(0);
    const refused = await backfill(
      'ALFA',
      ...asked,
      '--end',
      '2026-02-20',
      '--provider',
      'sample',
      '--quiet',
    );
    const [, line = ''] = /: backfill (.* forget .*), then run again\n$/.exec(refused.stderr) ?? [];
    const forgot = await backfill(...line.split(' '), '--yes');
    expect([refused.code, forgot.code, forgot.stderr]).toEqual([
      1,
      0,
      expect.stringMatching(/^Forgot 4 bars\.\n/),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
