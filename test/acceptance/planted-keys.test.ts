import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { listProviders } from '../../src/index.ts';
import { LONG_RUNS } from '../needs.ts';
import {
  KEYS,
  NOW,
  PLANTED,
  type Place,
  ask,
  folder,
  leaks,
  said,
  simulatedWires,
  simulators,
  written,
} from './planted.ts';

const lines = (keys: Readonly<Record<string, string>>): string =>
  Object.entries(keys)
    .map(([name, key]) => `${name}=${key}`)
    .join('\n');

const PLACES: Readonly<Record<string, (keys: Readonly<Record<string, string>>) => Promise<Place>>> = {
  'the environment': async (keys) => ({ variables: keys, options: [] }),
  '.env': async (keys) => {
    // With a line that is no variable, and half of a key in it.
    await writeFile(join(folder, 'here', '.env'), `${lines(keys)}\nkey: ${PLANTED}\n`);
    return { variables: {}, options: [] };
  },
  'a file that is named, under another name': async ({ ALPHAVANTAGE_API_KEY: key = '', ...keys }) => {
    await writeFile(
      join(folder, 'here', 'keys.env'),
      `${lines({ ...keys, SA_ALPHA_VANTAGE_API_KEY: key })}\n`,
    );
    return { variables: {}, options: ['--env-file', 'keys.env'] };
  },
};

/** A Redis that is not there; its password is a key, too. */
const QUEUE = 'redis://user@127.0.0.1:1/0';

/** Lines of every command, in an order in which each finds what it needs; `backfill` is the one without a name. */
const LINES: Readonly<Record<string, () => readonly string[]>> = {
  backfill: () => [
    `ALFA --dry-run ${ask('alphavantage')}`,
    `ALFA --dry-run --json ${ask('alphavantage')}`,
    `ALFA BRIQ ${ask('alphavantage')}`,
    `CORV --json --dashboard 0 ${ask('alpaca')}`,
    `DUNO --plan-out ../night.plan ${ask('polygon')}`,
    `--plan ../night.plan ${ask('polygon').replace('--days 5', '')}`,
  ],
  'run-once': () => [
    `run-once ELNA ${ask('alpaca')} --log-file ../run.log --log-level debug --on-done env>../told.txt`,
    `run-once KELV ${ask('polygon')} --metrics-file ../run.prom`,
    `run-once GLYF ${ask('polygon')} --provider-setting source=flat`,
  ],
  enqueue: () => [`enqueue ../list.txt ${ask('alpaca')}`],
  'enqueue-batch': () => [`enqueue-batch ../list.txt --batch-size 1 --delay 0 --json ${ask('alphavantage')}`],
  config: () => ['config', 'config --json'],
  status: () => ['status', 'status --json', 'status ALFA'],
  providers: () => ['providers', 'providers --json'],
  'check-data': () => [
    'check-data',
    `check-data --json --missing --now ${NOW}`,
    'check-data --issues',
    'check-data --revisions',
    'check-data --html ../coverage.html',
  ],
  runs: () => ['runs --json', 'runs show last', 'runs compare last last --json'],
  serve: () => ['serve --host 192.0.2.1'],
  plot: () => ['plot ALFA --out ../alfa.svg'],
  verify: () => [`verify ALFA --sample 100% ${ask('alphavantage')}`],
  discover: () => [
    `discover us_equities --json --provider alphavantage --provider-url alphavantage=${simulators.alphavantage.url} --state ../state`,
    `discover us_equities --provider alpaca --provider-url alpaca=${simulators.alpaca.url} --state ../state`,
    `discover etf --provider polygon --tier starter --provider-url polygon=${simulators.polygon.url} --state ../state`,
  ],
  export: () => ['export ALFA', 'export --out ../bars.parquet'],
  query: () => ['query FROM~bars --format json', 'query FROM~coverage', 'query FROM~revisions'],
  actions: () => ['actions ALFA --all --json'],
  rename: () => ['rename BRIQ BRIK --on 2026-03-02', 'rename --undo BRIQ BRIK'],
  copy: () => ['copy data ../copied --dry-run', 'copy data ../copied', 'copy data ../copied --json'],
  forget: () => ['forget CORV --yes'],
  restore: () => ['restore', 'restore newest'],
  doctor: () => ['doctor', 'doctor --json', 'doctor --fix'],
  inspect: () => ['inspect ../export --json'],
  completion: () => ['completion bash'],
  simulate: () => ['simulate --fault list'],
  worker: () => [`worker --queue ${QUEUE} --store s3://lake/data`],
  queue: () => [`queue status --queue ${QUEUE}`, `queue ping --queue ${QUEUE} --json`],
  leases: () => [`leases --queue ${QUEUE}`],
  attach: () => [`attach 20261120T211500Z-3f9a --queue ${QUEUE}`],
};

/** What asks a provider, or says what is known of keys: with keys from any place. The rest has them from the first one alone. */
const KEYED = new Set('backfill run-once enqueue enqueue-batch config status providers verify'.split(' '));

describe('keys are planted', () => {
  it('of any provider that asks for one', () => {
    const asked = listProviders().flatMap(({ capabilities }) =>
      Object.values(capabilities.credentials ?? {}).concat(
        Object.values(capabilities.credentialsOfSettings ?? {}).flat(),
      ),
    );
    expect(asked.length).toBeGreaterThan(2);
    expect(Object.keys(KEYS)).toEqual(expect.arrayContaining(asked));
  });

  it('of any command that there is', () => {
    expect(Object.keys(LINES).toSorted()).toEqual(
      ['backfill', ...COMMANDS.map(({ name }) => name)].toSorted(),
    );
  });
});

describe('no output and no file has a key in it', () => {
  simulatedWires();

  it.each(Object.keys(PLACES))(
    'with keys in %s',
    async (where) => {
      const place = await (PLACES[where] as (typeof PLACES)[string])(KEYS);
      await mkdir(join(folder, 'export'));
      await writeFile(join(folder, 'export', 'AAPL.csv'), 'date,open,high,low,close\n2026-03-02,1,1,1,1\n');
      await writeFile(join(folder, 'list.txt'), 'HAZL JUNP\n');
      const texts: string[] = [];
      const isWhole = LONG_RUNS || where === Object.keys(PLACES)[0];
      const commands = Object.keys(LINES).filter((command) => isWhole || KEYED.has(command));
      for (const line of commands.flatMap((command) => LINES[command]?.() ?? []))
        texts.push(await said(place, line.replaceAll('~', ' ')));
      texts.push(await written());
      // The keys were there, and were used.
      expect(texts[2]).toContain('Fetched: 2  Errors: 0');
      expect(texts[3]).toContain('"fetched":1');
      expect(texts.slice(4, 11).map((text) => /exit \d+/.exec(text)?.[0])).toEqual([
        ...Array.from({ length: 7 }, () => 'exit 0'),
      ]);
      expect(texts[5]).toContain('Fetched: 1  Errors: 0');
      expect(texts.join('')).toContain('***');
      expect(leaks(texts)).toEqual([]);
    },
    180_000,
  );
});
