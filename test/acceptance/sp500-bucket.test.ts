import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LONG_RUNS, REAL_DATA, S3_SERVER, describeWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { type FakeS3, type Fault, KEYS, startFakeS3 } from '../store/bucket/fake-s3.ts';
import { type Moto, somebody, startMoto } from '../store/bucket/moto.ts';
import { compareWithCsv } from './compare-with-csv.mjs';
import { type Finished, runWith } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate } from './programs.ts';
import { triedFiles, VALID_BARS } from './tried-files.ts';

const FOLDER = realData('daily-sp500-2013-2018');
const TIMEOUT = 480_000;

/** As many faults of each kind are met at least. */
const FAULTS = LONG_RUNS ? 20 : 2;

describeWith(REAL_DATA)('real tickers over five years, in a bucket', () => {
  let folder = '';
  let simulator: RunningSimulator;
  let csv = '';
  let files: readonly string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-sp500-bucket-'));
    files = await triedFiles(FOLDER, 8);
    csv = await mkdtemp(join(folder, 'csv-'));
    for (const file of files) await symlink(join(FOLDER, file), join(csv, file));
    const names = files.map((name) => name.replace('_data.csv', ''));
    await writeFile(join(folder, 'tickers.txt'), names.join('\n'));
    simulator = await startSimulate(folder, ['--from', FOLDER]);
  });
  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  /** Fills the store of a bucket, or what it lacks. */
  function fill(endpoint: string): Promise<Finished> {
    const variables = {
      ...{ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      AWS_ENDPOINT_URL: endpoint,
    };
    const range = ['--start', '2013-02-08', '--end', '2018-02-07', '--tickers', `@${folder}/tickers.txt`];
    const from = [
      '--provider-url',
      `yahoo=${simulator.url}`,
      '--store',
      's3://lake/data',
      '--state',
      join(folder, 'state'),
    ];
    return runWith(variables, [...range, ...from, '--workers', '2'], folder);
  }

  /** Asserts that all valid bars of the files are stored, and nothing else. */
  function expectWhole(compared: Awaited<ReturnType<typeof compareWithCsv>>): void {
    const { stored } = compared;
    expect(compared).toEqual({ valid: stored, stored, notStored: 0, notInCsv: 0 });
    if (LONG_RUNS) expect(stored).toBe(VALID_BARS);
    else expect(stored).toBeGreaterThan(1000 * files.length);
  }

  /** Puts objects into a folder, for what shares no code with us. */
  async function dump(
    name: string,
    objects: Iterable<readonly [key: string, bytes: Uint8Array]>,
  ): Promise<string> {
    for (const [key, bytes] of objects) {
      const at = join(folder, name, key);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, bytes);
    }
    return join(folder, name, 'data');
  }

  describe('whose server fails once in twenty requests', () => {
    let s3: FakeS3;
    const met = new Map<string, number>();
    beforeAll(async () => {
      s3 = await startFakeS3();
      s3.fault = ({ method }) => {
        const fault = faultAt(s3.seen.length, method);
        if (fault !== undefined) {
          const name = typeof fault === 'string' ? fault : fault.code;
          met.set(name, (met.get(name) ?? 0) + 1);
        }
        return fault;
      };
    });
    afterAll(() => s3.close());

    it('every valid row is stored, value for value, and nothing else', { timeout: TIMEOUT }, async () => {
      const { code, stderr } = await fill(s3.endpoint);
      expect(stderr).toContain(`Fetched: ${files.length}  Errors: 0  Skipped: 0`);
      expect(code).toBe(1);
      for (const name of ['InternalError', 'SlowDown', 'ConditionalRequestConflict', 'lost', 'unheard'])
        expect(met.get(name), name).toBeGreaterThanOrEqual(FAULTS);
      const objects = [...s3.objects].map(([key, { bytes }]) => [key, bytes] as const);
      expectWhole(await compareWithCsv(csv, await dump('fake', objects)));
      expect(s3.uploads.size).toBe(0);
    });

    it('a run with nothing to do asks for the listing and little else', { timeout: TIMEOUT }, async () => {
      s3.fault = () => undefined;
      s3.seen.length = 0;
      const { stderr } = await fill(s3.endpoint);
      expect(stderr).toContain('Nothing to do');
      const read = s3.seen.filter(({ method, key }) => method === 'GET' && key.endsWith('parquet'));
      expect(read).toEqual([]);
      expect(s3.seen.length).toBeLessThan(60);
    });
  });

  describeWith(S3_SERVER)('of a server that is not ours', () => {
    let moto: Moto;
    beforeAll(async () => {
      moto = await startMoto();
    });
    afterAll(() => moto.stop());

    it('every valid row is stored, value for value, and nothing else', { timeout: TIMEOUT }, async () => {
      const { endpoint } = moto;
      const { code, stderr } = await fill(endpoint);
      expect(stderr).toContain(`Fetched: ${files.length}  Errors: 0  Skipped: 0`);
      expect(code).toBe(1);
      const objects: (readonly [string, Uint8Array])[] = [];
      for (const key of await keysIn(endpoint)) {
        const url = `${endpoint}/lake/${key.split('/').map(encodeURIComponent).join('/')}`;
        const answer = await fetch(url, { headers: somebody('s3') });
        expect(answer.status).toBe(200);
        objects.push([key, new Uint8Array(await answer.arrayBuffer())]);
      }
      expectWhole(await compareWithCsv(csv, await dump('moto', objects)));
      expect((await fill(endpoint)).stderr).toContain('Nothing to do');
    });
  });
});

/** What becomes of a request: nothing of nineteen in twenty. */
function faultAt(n: number, method: string): Fault | undefined {
  // Spread, and the same each time.
  const place = ((n * 2_654_435_761) % 4_294_967_296) % 100;
  if (place === 0) return { status: 500, code: 'InternalError' };
  if (place === 1) return { status: 503, code: 'SlowDown' };
  if (place === 2) return 'unheard';
  const isWrite = method === 'PUT' || method === 'DELETE';
  if (!isWrite) return undefined;
  if (place < 9) return 'lost';
  return place < 12 ? { status: 409, code: 'ConditionalRequestConflict' } : undefined;
}

async function keysIn(endpoint: string): Promise<string[]> {
  const keys: string[] = [];
  for (let token = ''; ;) {
    const answer = await fetch(`${endpoint}/lake?list-type=2${token}`);
    const text = await answer.text();
    for (const [, key = ''] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(key);
    const [, next] = /<NextContinuationToken>([^<]*)</.exec(text) ?? [];
    if (next === undefined) return keys;
    token = `&continuation-token=${encodeURIComponent(next)}`;
  }
}
