import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { listProviders } from '../../src/index.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type RunningSimulator, runWith, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

/** As no key is, in a form that is written otherwise in an address. */
const PLANTED = 'PLANTED+KEY/of=nobody';

/** Those that the simulators take. */
const TAKEN = {
  ...{ ...ALPACA_KEYS, key: 'TESTPREMIUM', polygon: POLYGON_KEYS.starter },
  ...{ fileKey: FLAT_KEYS.starter.accessKey, fileSecret: FLAT_KEYS.starter.secretKey },
};

/** A key of each variable that a provider asks for, and of each that is known besides. */
const KEYS: Readonly<Record<string, string>> = {
  ALPHAVANTAGE_API_KEY: TAKEN.key,
  APCA_API_KEY_ID: TAKEN.keyId,
  APCA_API_SECRET_KEY: TAKEN.secretKey,
  POLYGON_API_KEY: TAKEN.polygon,
  POLYGON_S3_ACCESS_KEY: TAKEN.fileKey,
  POLYGON_S3_SECRET_KEY: TAKEN.fileSecret,
  CELERY_BROKER_URL: `redis://:${PLANTED}5@127.0.0.1:6379/0`,
};

const WRONG_KEYS = Object.fromEntries(Object.keys(KEYS).map((name) => [name, PLANTED]));

/** What nothing may say: a key in whatever spelling, and its beginning and its end, where a message was cut. */
const SECRETS = [...Object.values(TAKEN), PLANTED].flatMap((key) => [
  key,
  encodeURIComponent(key),
  Buffer.from(key).toString('base64').slice(0, 12),
  Buffer.from(key).toString('hex'),
]);
SECRETS.push(PLANTED.slice(0, 7), PLANTED.slice(-7));

let folder = '';
const WIRES = ['alphavantage', 'alpaca', 'polygon'] as const;
let simulators: Record<(typeof WIRES)[number], RunningSimulator>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-keys-'));
  for (const name of ['here', ...WIRES]) await mkdir(join(folder, name));
  const started = await Promise.all(
    WIRES.map(async (wire) => [
      wire,
      await startSimulate(join(folder, wire), ['--wire', wire, '--now', NOW]),
    ]),
  );
  simulators = Object.fromEntries(started) as typeof simulators;
});
afterEach(async () => {
  await Promise.all(Object.values(simulators).map((one) => one.stop()));
  await rm(folder, { recursive: true });
});

/** Where the keys are, and what has the program find them there. */
interface Place {
  readonly variables: Readonly<Record<string, string>>;
  readonly options: readonly string[];
}

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

/** All that a command prints, with its code. */
async function said(place: Place, line: string): Promise<string> {
  const args = [...line.split(' '), ...place.options].filter((word) => word !== '');
  const { code, stdout, stderr } = await runWith(place.variables, args, join(folder, 'here'));
  return `$ ${line}\n${stdout}${stderr}exit ${code}\n`;
}

/** All that stands in the files that were written, names included: store, state, logs, what was exported. */
async function written(): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.map(async (one) =>
    one.isFile() && !one.name.endsWith('.env')
      ? `${one.name} ${await readFile(join(one.parentPath, one.name), 'latin1')}`
      : one.name,
  );
  return (await Promise.all(texts)).join('\n');
}

/** What is said or written and holds a secret, with what stands around that. */
function leaks(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    SECRETS.flatMap((secret) => {
      const at = text.toLowerCase().indexOf(secret.toLowerCase());
      return at < 0 ? [] : [text.slice(Math.max(0, at - 100), at + secret.length + 20)];
    }),
  );
}

const RANGE = `--now ${NOW} --days 5 --state ../state`;
const TIERS = { alphavantage: ' --tier 75', alpaca: '', polygon: ' --tier starter' } as const;
const ask = (provider: keyof typeof simulators, url = simulators[provider].url): string =>
  `--provider ${provider} --provider-url ${provider}=${url} ${RANGE}${TIERS[provider]}`;

/** Lines of every command, in an order in which each finds what it needs; `backfill` is the one without a name. */
const LINES: Readonly<Record<string, () => readonly string[]>> = {
  backfill: () => [
    `ALFA --dry-run ${ask('alphavantage')}`,
    `ALFA --dry-run --json ${ask('alphavantage')}`,
    `ALFA BRIQ ${ask('alphavantage')}`,
    `CORV --json ${ask('alpaca')}`,
  ],
  'run-once': () => [
    `run-once ELNA ${ask('alpaca')}`,
    `run-once KELV ${ask('polygon')}`,
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
  ],
  verify: () => [`verify ALFA --sample 100% ${ask('alphavantage')}`],
  discover: () => [
    `discover us_equities --json --provider alphavantage --provider-url alphavantage=${simulators.alphavantage.url} --state ../state`,
    `discover us_equities --provider alpaca --provider-url alpaca=${simulators.alpaca.url} --state ../state`,
    `discover etf --provider polygon --provider-url polygon=${simulators.polygon.url} --state ../state`,
  ],
  export: () => ['export ALFA', 'export --out ../bars.parquet'],
  query: () => ['query FROM~bars --format json', 'query FROM~coverage', 'query FROM~revisions'],
  actions: () => ['actions ALFA --all --json'],
  rename: () => ['rename BRIQ BRIK --on 2026-03-02', 'rename --undo BRIQ BRIK'],
  forget: () => ['forget CORV --yes'],
  restore: () => ['restore', 'restore newest'],
  doctor: () => ['doctor', 'doctor --json', 'doctor --fix'],
  inspect: () => ['inspect ../export --json'],
  simulate: () => ['simulate --fault list'],
};

describe('no output and no file has a key in it', () => {
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

  it.each(Object.keys(PLACES))(
    'with keys in %s',
    async (where) => {
      const place = await (PLACES[where] as (typeof PLACES)[string])(KEYS);
      await mkdir(join(folder, 'export'));
      await writeFile(join(folder, 'export', 'AAPL.csv'), 'date,open,high,low,close\n2026-03-02,1,1,1,1\n');
      await writeFile(join(folder, 'list.txt'), 'HAZL JUNP\n');
      const texts: string[] = [];
      for (const line of Object.values(LINES).flatMap((of) => of()))
        texts.push(await said(place, line.replaceAll('~', ' ')));
      texts.push(await written());
      // The keys were there, and were used.
      expect(texts[2]).toContain('Fetched: 2  Errors: 0');
      expect(texts[3]).toContain('"fetched":1');
      expect(texts.slice(4, 9).map((text) => /exit \d+/.exec(text)?.[0])).toEqual([
        'exit 0',
        'exit 0',
        'exit 0',
        'exit 0',
        'exit 0',
      ]);
      expect(texts.join('')).toContain('***');
      expect(leaks(texts)).toEqual([]);
    },
    180_000,
  );
});

describe('nor where something fails', () => {
  /** Repeats what it was asked, address and headers. */
  const echo = createServer((request, response) => {
    const [, status = '200'] = /^\/(\d{3})\//.exec(request.url ?? '') ?? [];
    const message = `no good: ${request.url} ${JSON.stringify(request.headers)}`;
    response
      .writeHead(Number(status), { 'content-type': 'application/json' })
      .end(JSON.stringify({ message, Information: message, 'Error Message': message }));
  });
  beforeAll(() => new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void echo.close());

  it.each(WIRES)(
    'at %s, be it the server, the network or the options',
    async (provider) => {
      const { port } = echo.address() as AddressInfo;
      const at = (status: number): string => `http://127.0.0.1:${port}/${status}`;
      const asked = [
        ...[200, 401].map((status) => `ALFA ${ask(provider, at(status))}`),
        // The simulator knows no such key; there is no server.
        `ALFA ${ask(provider)} --json`,
        `ALFA ${ask(provider, 'http://127.0.0.1:1')}`,
        `discover us_equities --provider ${provider} --provider-url ${provider}=${at(403)} --state ../state`,
        `ALFA ${ask(provider)} --provider-setting feed`,
      ];
      const texts: string[] = [];
      for (const line of asked) texts.push(await said({ variables: WRONG_KEYS, options: [] }, line));
      expect(texts.filter((text) => text.includes('exit 0\n'))).toEqual([]);
      expect(leaks([...texts, await written()])).toEqual([]);
    },
    120_000,
  );

  it('with a key that no header can have, or that stands where no key belongs', async () => {
    const key = `${PLANTED}\u{1}`;
    const place = { variables: { APCA_API_KEY_ID: key, APCA_API_SECRET_KEY: key }, options: [] };
    const texts = [await said(place, `ALFA ${ask('alpaca')}`)];
    const settings: Readonly<Record<string, string>>[] = [{ BACKFILL_ALPHAVANTAGE_API_KEY: PLANTED }];
    for (const variables of settings) texts.push(await said({ variables, options: [] }, 'providers'));
    await writeFile(
      join(folder, 'here', 'backfill.config.json'),
      JSON.stringify({ POLYGON_API_KEY: PLANTED }),
    );
    texts.push(await said({ variables: {}, options: [] }, 'config'));
    expect(texts.filter((text) => !text.includes('exit 2'))).toEqual([]);
    await rm(join(folder, 'here', 'backfill.config.json'));
    expect(leaks([...texts, await written()])).toEqual([]);
  });

  it('with a day that is used up, of which the server says whose', async () => {
    const log = join(folder, 'limited');
    await mkdir(log);
    const limited = await startSimulate(log, ['--wire', 'alphavantage', '--limit', '2/day', '--now', NOW]);
    const place = { variables: KEYS, options: [] };
    const texts = [await said(place, `ALFA BRIQ CORV DUNO ${ask('alphavantage', limited.url)}`)];
    await limited.stop();
    expect(texts[0]).toContain('exit 3');
    expect(leaks([...texts, await written()])).toEqual([]);
  });
});
