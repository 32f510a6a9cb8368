import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type RunningSimulator, startSimulate } from './programs.ts';
import { runWith } from '../cli/one-process.ts';

export const NOW = '2026-03-02T23:00:00Z';

/** As no key is, in a form that is written otherwise in an address. */
export const PLANTED = 'PLANTED+KEY/of=nobody';

/** Those that the simulators take. */
const TAKEN = {
  ...{ ...ALPACA_KEYS, key: 'TESTPREMIUM', polygon: POLYGON_KEYS.starter },
  ...{ fileKey: FLAT_KEYS.starter.accessKey, fileSecret: FLAT_KEYS.starter.secretKey },
  token: 'a-token-that-nobody-guesses',
};

/** A key of each variable that a provider asks for, and of each that is known besides. */
export const KEYS: Readonly<Record<string, string>> = {
  ALPHAVANTAGE_API_KEY: TAKEN.key,
  APCA_API_KEY_ID: TAKEN.keyId,
  APCA_API_SECRET_KEY: TAKEN.secretKey,
  POLYGON_API_KEY: TAKEN.polygon,
  POLYGON_S3_ACCESS_KEY: TAKEN.fileKey,
  POLYGON_S3_SECRET_KEY: TAKEN.fileSecret,
  BACKFILL_TOKEN: TAKEN.token,
  CELERY_RESULT_BACKEND: `redis://:${PLANTED}5@127.0.0.1:6379/0`,
  REDISCLI_AUTH: `${PLANTED}6`,
};

export const WRONG_KEYS = Object.fromEntries(Object.keys(KEYS).map((name) => [name, PLANTED]));

/** What nothing may say: a key in whatever spelling, and its beginning and its end, where a message was cut. */
const SECRETS = [...Object.values(TAKEN), PLANTED].flatMap((key) => [
  key,
  encodeURIComponent(key),
  Buffer.from(key).toString('base64').slice(0, 12),
  Buffer.from(key).toString('hex'),
]);
SECRETS.push(PLANTED.slice(0, 7), PLANTED.slice(-7));

export let folder = '';
export const WIRES = ['alphavantage', 'alpaca', 'polygon'] as const;
export let simulators: Record<(typeof WIRES)[number], RunningSimulator>;
/** What the simulators log. */
let logs = '';
/** Has a simulator of each wire that asks for a key for the tests of a block, and each of these begin with an empty folder. */
export function simulatedWires(): void {
  beforeAll(async () => {
    logs = await mkdtemp(join(tmpdir(), 'backfill-wires-'));
    const started = await Promise.all(
      WIRES.map(async (wire) => {
        await mkdir(join(logs, wire));
        return [wire, await startSimulate(join(logs, wire), ['--wire', wire, '--now', NOW])];
      }),
    );
    simulators = Object.fromEntries(started) as typeof simulators;
  });
  afterAll(async () => {
    await Promise.all(Object.values(simulators).map((one) => one.stop()));
    await rm(logs, { recursive: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-keys-'));
    await mkdir(join(folder, 'here'));
  });
  afterEach(() => rm(folder, { recursive: true }));
}

/** Where the keys are, and what has the program find them there. */
export interface Place {
  readonly variables: Readonly<Record<string, string>>;
  readonly options: readonly string[];
}

/** All that a command prints, with its code. */
export async function said(place: Place, line: string): Promise<string> {
  const args = [...line.split(' '), ...place.options].filter((word) => word !== '');
  const { code, stdout, stderr } = await runWith(place.variables, args, join(folder, 'here'));
  return `$ ${line}\n${stdout}${stderr}exit ${code}\n`;
}

/** All that stands in the files that were written, names included: store, state, logs of both sides, what was exported. */
export async function written(): Promise<string> {
  const all = { recursive: true, withFileTypes: true } as const;
  const entries = [...(await readdir(folder, all)), ...(await readdir(logs, all))];
  const texts = entries.map(async (one) =>
    one.isFile() && !one.name.endsWith('.env')
      ? `${one.name} ${await readFile(join(one.parentPath, one.name), 'latin1')}`
      : one.name,
  );
  return (await Promise.all(texts)).join('\n');
}

/** What is said or written and holds a secret, with what stands around that. */
export function leaks(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const small = text.toLowerCase();
    return SECRETS.flatMap((secret) => {
      const at = small.indexOf(secret.toLowerCase());
      return at < 0 ? [] : [text.slice(Math.max(0, at - 100), at + secret.length + 20)];
    });
  });
}

const RANGE = `--now ${NOW} --days 5 --state ../state`;
const TIERS = { alphavantage: ' --tier 75', alpaca: '', polygon: ' --tier starter' } as const;
export const ask = (provider: keyof typeof simulators, url = simulators[provider].url): string =>
  `--provider ${provider} --provider-url ${provider}=${url} ${RANGE}${TIERS[provider]}`;
