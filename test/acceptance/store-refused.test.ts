import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWith } from '../cli/one-process.ts';
import { describeWith, POSTGRES, S3_SERVER } from '../needs.ts';
import { KEYS, startFakeS3 } from '../store/bucket/fake-s3.ts';
import { type Moto, startMoto } from '../store/bucket/moto.ts';
import { type Cluster, PASSWORD, startCluster } from '../store/postgres/cluster.ts';
import { type RunningSimulator, ended, startSimulate, startWith } from './programs.ts';

const TIMEOUT = 60_000;
/** Of others than the owner of all. */
const SECRETS = [PASSWORD, 'other-secret', KEYS.secretAccessKey, 'another-key'];

let folder = '';
let simulator: RunningSimulator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-refused-'));
  simulator = await startSimulate(folder, []);
});
afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

/** What a run that wants to store two days says where its store cannot be used, in one line. */
async function refusal(store: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const line = ['ALFA', '--days', '2', '--store', store, '--provider-url', `yahoo=${simulator.url}`];
  const kept = ['--state', 'state', '--log-file', 'run.log', '--metrics-file', 'run.prom'];
  const { code, stdout, stderr } = await runWith(variables, [...line, ...kept], folder);
  const said = stderr.trim().split('\n');
  expect({ code, stdout, said }).toEqual({ code: 2, stdout: '', said: [expect.any(String)] });
  expect(await simulator.asked()).toEqual([]);
  await assertNoSecret(stderr);
  return said[0] ?? '';
}

/** In what was said, and in all files that were left. */
async function assertNoSecret(said: string, secrets: readonly string[] = SECRETS): Promise<void> {
  const left = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = left.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((path) => readFile(path, 'latin1')));
  for (const secret of secrets) for (const text of [said, ...texts]) expect(text).not.toContain(secret);
}

describeWith(POSTGRES)('a PostgreSQL server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.sql(
      `CREATE USER weak PASSWORD 'other-secret'; CREATE USER reader PASSWORD 'other-secret';
       CREATE USER many PASSWORD 'other-secret' CONNECTION LIMIT 0;
       CREATE SCHEMA read_only; GRANT USAGE ON SCHEMA read_only TO reader;
       ALTER USER reader SET default_transaction_read_only = on`,
    );
  });
  afterAll(() => cluster.destroy());

  const as = (user: string, schema?: string): string =>
    cluster.url(schema).replace(/\/\/[^@]*@/, `//${user}:other-secret@`);

  it.each<[string, () => string, RegExp]>([
    [
      'that nobody starts',
      () => cluster.url().replace(/:\d+\//, ':1/'),
      /server 127\.0\.0\.1:1\/postgres cannot be reached: nobody listens there; check the host and the port/,
    ],
    [
      'that does not know the password',
      () => cluster.url().replace(PASSWORD, 'other-secret'),
      /does not let this user in: password authentication failed.*; check the user and the password/,
    ],
    [
      'that wants a password where there is none',
      () => cluster.url().replace(`:${PASSWORD}@`, '@'),
      /wants a password, and there is none; set PGPASSWORD, or write it into ~\/\.pgpass/,
    ],
    [
      'that does not speak SSL',
      () => `${cluster.url()}?sslmode=require`,
      /does not speak SSL, which the URL or PGSSLMODE asks for; leave sslmode out, or let it speak SSL/,
    ],
    [
      'whose certificate is nowhere',
      () => `${cluster.url()}?sslmode=verify-full&sslrootcert=/nowhere/root.crt`,
      /\/nowhere\/root\.crt cannot be read \(ENOENT\); check sslrootcert, sslcert and sslkey/,
    ],
    [
      'that has no such database',
      () => cluster.url().replace('/postgres', '/nowhere'),
      /has no such database: database "nowhere" does not exist; create it with createdb, or name another/,
    ],
    [
      'that lets the user make no schema',
      () => as('weak', 'of_nobody'),
      /does not give this user the right: permission denied for database postgres; let its owner grant CREATE/,
    ],
    [
      'that lets the user write no table',
      () => as('weak', 'public'),
      /does not give this user the right: permission denied for schema public; let its owner grant USAGE on the schema, and CREATE besides for the first run/,
    ],
    [
      'that takes no changes',
      () => as('reader', 'read_only'),
      /takes no changes: cannot execute .* in a read-only transaction; name the primary server/,
    ],
    [
      'that has no connection left',
      () => as('many'),
      /has no connection left: too many connections for role "many"; lower DB_POOL_MAX_SIZE/,
    ],
    [
      'of which no database is named',
      () => cluster.url().replace('/postgres', '/'),
      /"postgres:\/\/tester@127\.0\.0\.1:\d+\/" names no database; write postgres:/,
    ],
    ['of a misspelt scheme', () => cluster.url().replace('postgres:', 'postgrez:'), /is not a store; give/],
  ])('%s', { timeout: TIMEOUT }, async (_, store, words) => expect(await refusal(store())).toMatch(words));

  it('whose tables the user may read, and not write', { timeout: TIMEOUT }, async () => {
    const line = ['ALFA', '--days', '2', '--provider', 'sample', '--state', 'state'];
    expect((await runWith({ BACKFILL_STORE: cluster.url('of_others') }, line, folder)).code).toBe(0);
    await cluster.sql(
      'GRANT USAGE ON SCHEMA of_others TO weak; GRANT SELECT ON ALL TABLES IN SCHEMA of_others TO weak',
    );
    expect(await refusal(as('weak', 'of_others'))).toMatch(
      /does not give this user the right: permission denied for table .*; let its owner grant SELECT .*, and INSERT, UPDATE and DELETE/,
    );
    const read = ['check-data', 'ALFA', '--days', '2', '--store', as('weak', 'of_others')];
    const { stdout } = await runWith({}, read, folder);
    expect(stdout).toMatch(/^ALFA +1d .* 2 +2 +0 +0 +100\.0%/m);
  });

  it('whose password stands in no record, log, plan or page', { timeout: TIMEOUT }, async () => {
    const store = ['--store', `${cluster.url('kept')}&pool_max=2`];
    const run = ['ALFA', 'CORV', '--provider', 'sample', '--state', 'state'];
    const kept = ['--log-file', 'run.log', '--metrics-file', 'run.prom', '--json'];
    let said = '';
    for (const line of [
      [...run, '--days', '5', ...kept],
      [...run, '--days', '7', '--plan-out', 'run.plan'],
      ['check-data', '--html', 'coverage.html'],
      ['status', '--json'],
      ['runs', '--json'],
      ['doctor', '--json'],
      ['plot', 'ALFA', '--out', 'alfa.svg'],
      ['forget', 'CORV', '--yes'],
    ]) {
      const { code, stdout, stderr } = await runWith({}, [...line, ...store], folder);
      expect([line[0], code, stderr]).toEqual([line[0], 0, expect.any(String)]);
      said += stdout + stderr;
    }
    const served = startWith({}, ['serve', '--port', '0', ...store], folder);
    const end = ended(served);
    const [address] = (await once(served.stdout ?? served, 'data')) as [Buffer];
    const page = await (await fetch(address.toString().trim())).text();
    served.kill('SIGTERM');
    const { stdout, stderr } = await end;
    expect(page).toContain('tester@127.0.0.1');
    const rows = await cluster.sql(
      `SELECT (SELECT string_agg(encode(data, 'escape'), ' ') FROM kept.backfill_document_parts),
        (SELECT command FROM kept.backfill_lease), (SELECT string_agg(application_name, ' ') FROM pg_stat_activity)`,
    );
    expect(rows).toContain('sample');
    await assertNoSecret(said + stdout + stderr + page + rows);
  });
});

describeWith(S3_SERVER)('a server of S3', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto({ reader: ['s3:GetObject', 's3:ListBucket'], writer: ['s3:*'] });
  });
  afterAll(() => moto.stop());

  const at = (bucket: string, endpoint = moto.endpoint): string =>
    `s3://${bucket}/data?endpoint=${encodeURIComponent(endpoint)}`;
  const keysOf = (user: string): Record<string, string> => ({
    AWS_ACCESS_KEY_ID: moto.keys.get(user)?.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: moto.keys.get(user)?.secretAccessKey ?? '',
  });

  it.each<[string, () => string, () => Record<string, string>, RegExp]>([
    [
      'that nobody starts',
      () => at('lake', 'http://127.0.0.1:1'),
      () => keysOf('writer'),
      /the store s3:\/\/lake\/data\S* cannot be used: 127\.0\.0\.1:1: nothing listens there; start the server/,
    ],
    [
      'that does not know the key',
      () => at('lake'),
      () => ({ ...keysOf('writer'), AWS_ACCESS_KEY_ID: 'AKIANOBODYNOBODYNOBO' }),
      /does not know the access key of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \(403 InvalidAccessKeyId/,
    ],
    [
      'that does not accept the signature',
      () => at('lake'),
      () => ({ ...keysOf('writer'), AWS_SECRET_ACCESS_KEY: 'another-key' }),
      /does not accept the signature; is the secret key of .* \(403 SignatureDoesNotMatch/,
    ],
    [
      'that has no such bucket',
      () => at('loke'),
      () => keysOf('writer'),
      /the store s3:\/\/loke\/data.*: there is no such bucket; create it, or give another one as the store \(404/,
    ],
    [
      'that lets the user read only',
      () => at('lake'),
      () => keysOf('reader'),
      /have no right to write there; give them that right, or other keys \(403 AccessDenied/,
    ],
    [
      'for which there are no keys',
      () => at('lake'),
      () => ({ AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_CONFIG_FILE: join(folder, 'none') }),
      /no keys for s3:\/\/lake\/data\S*: there are none; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    ],
  ])('%s', { timeout: TIMEOUT }, async (_, store, variables, words) => {
    expect(await refusal(store(), variables())).toMatch(words);
    await assertNoSecret('', [moto.keys.get('writer')?.secretAccessKey ?? '']);
  });
});

it('a server of S3 that keeps no condition of a write', { timeout: TIMEOUT }, async () => {
  const s3 = await startFakeS3();
  s3.keepsConditions = false;
  const keys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };
  expect(await refusal(`s3://lake/data?endpoint=${encodeURIComponent(s3.endpoint)}`, keys)).toMatch(
    /the store s3:\/\/lake\/data\S* cannot be written: the server takes a PUT whose If-None-Match does not hold.*; use one that keeps conditional writes/,
  );
  await s3.close();
});

describe('a password on the command line', () => {
  it('is not seen among the processes of the machine', { timeout: TIMEOUT }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connected = once(server, 'connection');
    const store = `postgres://me:other-secret@127.0.0.1:${port}/bars?password=another-key`;
    const child = startWith({}, ['check-data', '--store', store], folder);
    const [socket] = await connected;
    const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(child.pid)]);
    child.kill('SIGKILL');
    await once(child, 'close');
    (socket as { destroy: () => void }).destroy();
    server.close();
    expect(stdout).toContain(`check-data --store postgres://me@127.0.0.1:${port}/bars`);
    for (const secret of SECRETS) expect(stdout).not.toContain(secret);
  });
});
