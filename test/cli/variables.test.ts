import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Declaration } from '../../src/cli/declaration.ts';
import { valueOf } from '../../src/cli/values.ts';
import { runWith as runAloneWith } from '../acceptance/programs.ts';
import { runWith } from './one-process.ts';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-variables-'))));
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, ...lines: readonly string[]): Promise<void> =>
  writeFile(join(folder, name), lines.join('\n'));

type Variables = Readonly<Record<string, string>>;

/** What `config` lists: by option, or by variable where it sets none, its value and where that comes from. */
async function configured(
  variables: Variables = {},
  ...args: readonly string[]
): Promise<Map<string, string>> {
  const { code, stdout, stderr } = await runWith(variables, ['config', '--json', ...args], folder);
  expect([code, stderr]).toEqual([0, '']);
  const all = JSON.parse(stdout) as readonly Record<string, string>[];
  return new Map(
    all.map(({ option, variable, value, source, withoutEffect }) => [
      option ?? variable ?? '',
      `${value} from ${source}${withoutEffect === undefined ? '' : `: ${withoutEffect}`}`,
    ]),
  );
}

/** Options under names of other programs, with a value, and what comes of it. */
const OTHERS = [
  ['BACKFILL_CONCURRENT_REQUESTS', '6', 'in-flight', '6'],
  ['WORKER_CONCURRENCY', '2', 'concurrency', '2'],
  ['WORKER_MAX_TASKS_PER_CHILD', '200', 'recycle-after', '200'],
] as const;

/** Those with a name that may be another program's. */
const GENERIC = [
  ['RATE_LIMIT_DELAY', '0.3', 'request-delay', '0.3s'],
  ['TASK_DELAY', '5', 'request-delay', '5s'],
  ['LOG_LEVEL', 'WARNING', 'quiet', 'on'],
  ['LOG_LEVEL', 'info', 'quiet', 'off'],
] as const;

describe('a variable of another program sets the option that it means', () => {
  it.each([...OTHERS, ...GENERIC])('%s=%s out of a file', async (variable, text, option, value) => {
    await write('.env', '# ours', `${variable}=${text}`);
    await write('other.env', `${variable}=${text}`);
    expect((await configured()).get(option)).toBe(`${value} from ${variable} in .env line 2`);
    const named = await configured({}, '--env-file', 'other.env');
    expect(named.get(option)).toBe(`${value} from ${variable} in other.env line 1`);
  });

  it('out of the environment', async () => {
    const all = await configured(Object.fromEntries(OTHERS));
    for (const [variable, , option, value] of OTHERS)
      expect(all.get(option)).toBe(`${value} from ${variable}`);
  });

  it.each(GENERIC)(
    '%s=%s never out of the environment, where it is another’s',
    async (variable, text, option) => {
      const without = (await configured()).get(option);
      expect((await configured({ [variable]: text })).get(option)).toBe(without);
      // Nor does it hide what the file says.
      await write('.env', `${variable}=${text}`);
      expect((await configured({ [variable]: 'DEBUG' })).get(option)).toMatch(`${variable} in .env line 1`);
    },
  );

  it('as nothing where it is empty', async () => {
    await write('.env', 'WORKER_CONCURRENCY=', 'LOG_LEVEL=');
    expect((await configured({ WORKER_MAX_TASKS_PER_CHILD: '' })).get('concurrency')).toBe(
      'auto from default',
    );
  });
});

describe('a key is found under another program’s name', () => {
  const KEY = 'key of alphavantage';

  it('in the environment and in a file', async () => {
    expect((await configured({ SA_ALPHA_VANTAGE_API_KEY: 'k' })).get(KEY)).toBe(
      '*** from SA_ALPHA_VANTAGE_API_KEY',
    );
    await write('.env', 'SA_ALPHA_VANTAGE_API_KEY=k');
    expect((await configured()).get(KEY)).toBe('*** from SA_ALPHA_VANTAGE_API_KEY in .env line 1');
    const { stdout } = await runWith({}, ['providers'], folder);
    expect(stdout).toContain('key     SA_ALPHA_VANTAGE_API_KEY is set');
  });

  it('unless our own is there', async () => {
    await write('.env', 'SA_ALPHA_VANTAGE_API_KEY=k', 'ALPHAVANTAGE_API_KEY=own');
    expect((await configured()).get(KEY)).toBe('*** from ALPHAVANTAGE_API_KEY in .env line 2');
  });

  it('or is said to be not there', async () => {
    expect((await configured()).get(KEY)).toBe('not set from ALPHAVANTAGE_API_KEY');
  });
});

describe('where two speak of one option', () => {
  it('option, environment, .env, settings file, profile and default go in this order', async () => {
    const days = async (variables: Variables = {}): Promise<string | undefined> =>
      (await configured(variables)).get('in-flight');
    expect(await days()).toBe(undefined);
    await write('backfill.config.json', '{ "profile": "gentle" }');
    expect(await days()).toBe('5 from profile gentle');
    await write('backfill.config.json', '{ "profile": "gentle", "in-flight": 4 }');
    expect(await days()).toBe('4 from backfill.config.json line 1 column 24');
    await write('.env', 'BACKFILL_IN_FLIGHT=3');
    expect(await days()).toBe('3 from BACKFILL_IN_FLIGHT in .env line 1');
    expect(await days({ BACKFILL_IN_FLIGHT: '2' })).toBe('2 from BACKFILL_IN_FLIGHT');
    // That the option itself goes first shows where a bad value of the environment is not even read.
    const dryRun = ['ALFA', '--provider', 'sample', '--days', '2', '--dry-run', '--quiet'];
    const { code } = await runWith({ BACKFILL_IN_FLIGHT: 'x' }, [...dryRun, '--in-flight', '1'], folder);
    expect(code).toBe(0);
    expect((await runWith({ BACKFILL_IN_FLIGHT: 'x' }, dryRun, folder)).code).toBe(2);
  });

  it('the environment goes before a file whoever’s name it is, and of one place our own name', async () => {
    await write('.env', 'BACKFILL_IN_FLIGHT=3', 'BACKFILL_CONCURRENT_REQUESTS=4');
    expect((await configured()).get('in-flight')).toBe('3 from BACKFILL_IN_FLIGHT in .env line 1');
    const given = await configured({ BACKFILL_CONCURRENT_REQUESTS: '5' });
    expect(given.get('in-flight')).toBe('5 from BACKFILL_CONCURRENT_REQUESTS');
  });

  it('two names of others that differ are refused', async () => {
    await write('.env', 'RATE_LIMIT_DELAY=1', 'TASK_DELAY=2');
    expect(await runWith({}, ['config'], folder)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'backfill: RATE_LIMIT_DELAY in .env line 1 and TASK_DELAY in .env line 2 are both --request-delay, and differ; leave one out\n',
    });
    await write('.env', 'RATE_LIMIT_DELAY=2', 'TASK_DELAY=2');
    expect((await configured()).get('request-delay')).toMatch(/^2s from /);
  });
});

describe('a value that cannot be read is one line with the variable, the value and its place, exit 2', () => {
  const run = ['ALFA', '--provider', 'sample', '--days', '2', '--dry-run'];

  it.each([
    ['BACKFILL_CONCURRENT_REQUESTS=abc', '--in-flight abc: must be a whole number of at least 1'],
    ['BACKFILL_WORKERS=some', '--workers some: must be "auto" or a whole number above 0'],
    ['BACKFILL_STRICT=perhaps', 'the setting strict is "perhaps"; it must be true or false'],
    ['BACKFILL_PROFILE=hard', '--profile hard: it must be gentle, standard or aggressive'],
    ['WORKER_MAX_TASKS_PER_CHILD=0', '--recycle-after 0: must be a whole number of at least 1'],
    ['WORKER_CONCURRENCY=2.5', '--concurrency 2.5: must be "auto" or a whole number above 0'],
    ['RATE_LIMIT_DELAY=soon', '--request-delay soon: write it as 250ms, 30s or 2min'],
    ['LOG_LEVEL=loud', 'loud is no level; write DEBUG or INFO, or WARNING or ERROR for --quiet'],
    ['BACKFILL_WORKRES=2', 'there is no option --workres; did you mean BACKFILL_WORKERS?'],
    ['BACKFILL_SYMBOLS=ALFA', 'there is no option --symbols; did you mean BACKFILL_TICKERS?'],
    ['BACKFILL_TIMEFRAMES=1d', 'there is no option --timeframes; did you mean BACKFILL_INTERVAL?'],
    ['BACKFILL_TIMEFRAME=1d', 'there is no option --timeframe; did you mean BACKFILL_INTERVAL?'],
    ['BACKFILL_FROBNICATE=1', 'there is no option --frobnicate'],
  ])('%s', async (line, message) => {
    await write('.env', '', line);
    const [variable = ''] = line.split('=');
    expect(await runWith({}, run, folder)).toEqual({
      code: 2,
      stdout: '',
      stderr: `backfill: ${variable} in .env line 2: ${message}\n`,
    });
  });

  it.each([
    ['symbols', '; did you mean tickers?'],
    ['timeframes', '; did you mean interval?'],
    ['frobnicate', ''],
  ])('nor is a name that is no option of the settings file: %s', async (name, near) => {
    await write('backfill.config.json', JSON.stringify({ [name]: 'ALFA' }));
    const message = `backfill: backfill.config.json line 1 column 2: there is no option "${name}"${near}\n`;
    expect(await runWith({}, run, folder)).toEqual({ code: 2, stdout: '', stderr: message });
    expect(await runWith({}, ['config'], folder)).toEqual({ code: 2, stdout: '', stderr: message });
  });

  it('out of the environment by the variable alone', async () => {
    const { code, stderr } = await runAloneWith({ BACKFILL_CONCURRENT_REQUESTS: 'abc' }, run, folder);
    expect([code, stderr]).toEqual([
      2,
      'backfill: BACKFILL_CONCURRENT_REQUESTS: --in-flight abc: must be a whole number of at least 1\n',
    ]);
  });
});

describe('a rate of one provider', () => {
  const now = ['--days', '2', '--dry-run', '--now', '2026-03-02T23:00:00Z'];
  const dryRun = (provider: string): string[] => ['ALFA', '--provider', provider, ...now];

  it('is of requests a minute where it is a bare number, and counts where that provider is asked', async () => {
    const keys = { POLYGON_API_KEY: 'x', MASSIVE_API_KEY: 'y' };
    await write('.env', 'POLYGON_RATE_LIMIT=2  # a minute');
    expect((await configured()).get('rate-limit of polygon')).toBe(
      '2/min from POLYGON_RATE_LIMIT in .env line 1',
    );
    const its = await runWith(keys, dryRun('polygon'), folder);
    expect([its.code, its.stdout]).toEqual([0, expect.stringContaining('2 req/min')]);
    const others = await runWith({}, dryRun('yahoo'), folder);
    expect([others.code, others.stdout]).toEqual([0, expect.not.stringContaining('req/min')]);
    await write('.env', 'POLYGON_RATE_LIMIT=2', 'BACKFILL_RATE_LIMIT=3/min');
    expect((await runWith(keys, dryRun('polygon'), folder)).stdout).toContain('3 req/min');
    await write('.env', 'POLYGON_RATE_LIMIT=many');
    expect(await runWith(keys, dryRun('polygon'), folder)).toMatchObject({
      code: 2,
      stderr:
        'backfill: POLYGON_RATE_LIMIT in .env line 1: --rate-limit "many" is no rate; write it as 5/min, 100/10s, 30/h or 500/day\n',
    });
  });
});

describe('a variable of what does not exist here', () => {
  it('changes nothing, and is told of by config, once, without what is secret of it', async () => {
    await write('.env', 'C_FORCE_ROOT=5', 'CELERY_RESULT_BACKEND=hidden');
    const { code, stdout, stderr } = await runWith({}, ['config'], folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => line.includes('no effect'))).toEqual([
      'CELERY_RESULT_BACKEND in .env line 2 (***) is known and has no effect: what became of a task comes by the queue that handed it out',
      'C_FORCE_ROOT in .env line 1 (5) is known and has no effect: nothing here asks whether it runs in a container or as root',
    ]);
    const all = await configured({ DOCKER_ENV: '9' });
    expect(all.get('C_FORCE_ROOT')).toBe(
      '5 from C_FORCE_ROOT in .env line 1: nothing here asks whether it runs in a container or as root',
    );
    // In the environment that is another program's.
    expect(all.get('DOCKER_ENV')).toBe(undefined);
  });

  it('is none where it is of a queue, or of the name of a worker', async () => {
    const broker = { CELERY_BROKER_URL: 'redis://:pw@localhost/0', BACKFILL_STORE: 's3://lake' };
    expect((await configured(broker)).get('queue')).toBe('redis://:***@localhost/0 from CELERY_BROKER_URL');
    // Celery has brokers that are none here.
    expect((await configured({ CELERY_BROKER_URL: 'amqp://localhost' })).get('queue')).toBe(undefined);
    const named = { QMTL_WORKER_ID: 'second', QMTL_SEAMLESS_WORKER: 'first' };
    expect((await configured(named)).get('worker-id')).toBe('first from QMTL_SEAMLESS_WORKER');
    expect((await configured({ ...named, BACKFILL_WORKER_ID: 'own' })).get('worker-id')).toBe(
      'own from BACKFILL_WORKER_ID',
    );
    const there = await runWith(broker, ['ALFA', '--provider', 'sample', '--store', 'data'], folder);
    expect([there.code, there.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^backfill: CELERY_BROKER_URL: --queue: the store .* is a folder of this machine/,
      ),
    ]);
  });

  it('says how many connections a store in a database has, in a file alone, and only there', async () => {
    await write('.env', 'DB_POOL_MIN_SIZE=5', 'DB_POOL_MAX_SIZE=4');
    const ask = ['check-data', '--store', 'postgres://somebody@127.0.0.1:1/nowhere'];
    expect(await runWith({}, ask, folder)).toMatchObject({
      code: 2,
      stderr: 'backfill: pool_max=4 in the URL of the store is no number of connections from 5 to 1000\n',
    });
    const { stdout } = await runWith({}, ['config'], folder);
    expect(stdout).toMatch(/^pool_min of a store in a database +5 +DB_POOL_MIN_SIZE in \.env line 1$/m);
    await write('.env', 'DB_POOL_MAX_SIZE=few');
    expect((await runWith({}, ask, folder)).stderr).toBe(
      'backfill: DB_POOL_MAX_SIZE in .env line 1: few is no number of connections; write one such as 4\n',
    );
    await write('.env', '');
    const given = await runWith({ DB_POOL_MIN_SIZE: '5', DB_POOL_MAX_SIZE: '4' }, ask, folder);
    expect(given.stderr).toContain(
      'the PostgreSQL server 127.0.0.1:1/nowhere cannot be reached: nobody listens there',
    );
  });

  it.each(['DOCKER_ENV', 'C_FORCE_ROOT'])('%s too, but not in the environment', async (variable) => {
    await write('.env', `${variable}=true`);
    const why = 'nothing here asks whether it runs in a container or as root';
    expect((await configured()).get(variable)).toBe(`true from ${variable} in .env line 1: ${why}`);
    await write('.env', '');
    expect((await configured({ [variable]: 'true' })).get(variable)).toBe(undefined);
  });

  it('is none of what only a setting asks for: keys, of which config says whether they are there', async () => {
    await write('.env', 'POLYGON_S3_ACCESS_KEY=hidden');
    const { stdout } = await runWith({}, ['config'], folder);
    expect(stdout).not.toContain('hidden');
    expect(stdout.split('\n').filter((line) => line.includes('POLYGON_S3_'))).toEqual([
      expect.stringMatching(
        /^key of polygon, by its settings +\*\*\* +POLYGON_S3_ACCESS_KEY in \.env line 1$/,
      ),
      expect.stringMatching(/^key of polygon, by its settings +not set +POLYGON_S3_SECRET_KEY$/),
    ]);
  });

  it('is nothing to any other command', async () => {
    await write('.env', 'POLYGON_RATE_LIMIT=many', 'DB_POOL_MIN_SIZE=few', 'POLYGON_S3_SECRET_KEY=hidden');
    const dryRun = ['ALFA', '--provider', 'sample', '--days', '2', '--dry-run', '--quiet'];
    expect(await runWith({}, dryRun, folder)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a path below ~ is one of the home', () => {
  const status = (...args: readonly string[]): ReturnType<typeof runAloneWith> =>
    runAloneWith({ HOME: join(folder, 'home') }, ['status', '--json', ...args], folder);

  it('in a setting, and in an option behind its =', async () => {
    await write('.env', 'BACKFILL_STORE=~/prices');
    expect(JSON.parse((await status()).stdout)).toMatchObject({ store: join(folder, 'home', 'prices') });
    expect((await status('--store=~/others')).stderr).toContain(
      `store ${join(folder, 'home', 'others')}: there is no such folder`,
    );
  });

  it.each([
    ['--provider-url', 'csv=~/files', `csv=${homedir()}/files`],
    ['--store', '~', homedir()],
    ['--store', 'a~/b', 'a~/b'],
    ['--store', '~other/b', '~other/b'],
  ])('%s %s', (name, text, meant) => {
    expect(valueOf(name, [text], {} as Declaration)).toBe(meant);
  });
});

it.each(["'", '"', '`'])('a quote %s that nothing closes is refused, with its line', async (quote) => {
  await write('.env', 'BACKFILL_DAYS=5', `BACKFILL_STORE=${quote}data`, 'BACKFILL_WORKERS=2');
  const { code, stderr } = await runWith({}, ['config'], folder);
  expect([code, stderr]).toEqual([
    2,
    'backfill: .env line 2: the quote that its value begins with is not closed\n',
  ]);
});
