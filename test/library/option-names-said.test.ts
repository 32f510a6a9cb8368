import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asFlag } from '../../src/cli/in-flags.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { option } from '../../src/core/option-name.ts';
import { batchesOf } from '../../src/core/universe/batches.ts';
import { discover, openHistory, type History } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { WEEK, update } from '../store/fixtures.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * Messages that are no refusal of an option: what became of a series, or a command that a user may run. They name flags, as the
 * commands around them do.
 */
const TOLD: readonly RegExp[] = [
  /^report\//,
  /^cli\//,
  // Variables of styles begin alike.
  /^pages\//,
  /^market\//,
  /^pool\//,
  /^queue\//,
  /^backfill\/(judge|settle|task)\//,
  /^backfill\/want\/(ask-again|portfolio)\.ts$/,
  /^providers\/(polygon|alphavantage|binance|alpaca)\//,
  // What became of a run: a thread may have said it.
  /^providers\/http\/quota-file\.ts$/,
  /^providers\/csv\/(settings|parse|stamps-read|told-splits)\.ts$/,
  /^library\/(stale-bars|hidden-splits)\.ts$/,
  // A command as it is proposed, or another program's flag.
  /^store\/(one-select|postgres\/libpq|parquet\/forgotten\/restore)\.ts$/,
  /^(library\/undoable-rename|core\/instrument\/moved-part|core\/for-shell)\.ts$/,
];

/** A flag in a text that is no part of a command: `backfill rename OLD NEW --on DATE` is one. */
const FLAG = /(?<!(?:backfill|check-data)\b[^'`]*)--[a-z]/;

it('no refusal of the library names a flag', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !TOLD.some((those) => those.test(name)));
  expect(files.length).toBeGreaterThan(300);
  const named = files.flatMap((name) =>
    readFileSync(join(SOURCES, name), 'utf8')
      .split('\n')
      .filter((line) => /['"`]/.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line) && FLAG.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(named).toEqual([]);
});

let root = '';
let history: History;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-said-'));
  await openStore(root).upsert(update(WEEK));
  history = openHistory({ store: root, provider: { id: 'sample' }, stateFolder: root });
});
afterAll(() => rm(root, { recursive: true }));

const universe = { tickers: ['A', 'B'], lives: new Map() };

describe('a refusal names the option as whoever gave it wrote it', () => {
  it.each<[own: string, flagged: string, call: () => unknown]>([
    [
      'tickers nosuchlist: there is',
      '--tickers nosuchlist: there is',
      () => history.plan({ tickers: 'nosuchlist' }),
    ],
    ['tickers @no-file: ', '--tickers @no-file: ', () => history.plan({ tickers: '@no-file' })],
    ['tickers all stands', '--tickers all stands', () => history.plan({ tickers: 'AAPL,all' })],
    [
      'interval 1h: provider "alphavantage" does not',
      '--interval 1h: provider "alphavantage" does not',
      () =>
        openHistory({ store: root, provider: { id: 'alphavantage' }, stateFolder: root }).plan({
          ...{ tickers: 'AAPL', intervals: ['1h'], days: 5 },
        }),
    ],
    ['on 2999-01-01: is', '--on 2999-01-01: is', () => history.rename('AAPL', 'B', { on: '2999-01-01' })],
    [
      'start 2026-02-03 is after end 2026-02-02',
      '--start 2026-02-03 is after --end 2026-02-02',
      () => history.rename('AAPL', 'B', { start: '2026-02-03', end: '2026-02-02' }),
    ],
    ['fetched: inAdvance', 'fetched: --in-advance', () => history.rename('NOBO', 'B', { on: '2026-02-02' })],
    ['start 9: there is 1', '--start-batch 9: there is 1', () => batchesOf(universe, { size: 5, start: 9 })],
    [
      'asOf 2999-01-01: that day',
      '--as-of 2999-01-01: that day',
      () => discover({ name: 'indices', asOf: '2999-01-01' }, { store: root, stateFolder: root }),
    ],
    [
      'name a file with to',
      'name a file with --out',
      () => history.export({ format: 'parquet', to: async () => {} }),
    ],
    ['add x: write it', '--add x: write it', () => history.changeActions('AAPL', { add: 'x' })],
    [
      'withdraw x: write it',
      '--withdraw x: write it',
      () => history.changeActions('AAPL', { withdraw: 'x' }),
    ],
    [
      'the url of provider sample=x: is no URL',
      '--provider-url sample=x: is no URL',
      () => openHistory({ store: root, provider: { id: 'sample', url: 'x' } }),
    ],
  ])('%s', async (own, flagged, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackfillError);
    const { message } = error as BackfillError;
    expect(message).toContain(own);
    expect(message).not.toMatch(FLAG);
    expect((error as BackfillError).messageFor(asFlag)).toContain(flagged);
  });

  it('also where the refusal is told on', () => {
    const first = new BackfillError('usage', `${option('asOf')} x`);
    expect([first.message, first.messageFor(asFlag)]).toEqual(['asOf x', '--as-of x']);
    expect(JSON.stringify(first)).not.toContain('\uE000');
  });
});
