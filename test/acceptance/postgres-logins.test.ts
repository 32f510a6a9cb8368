import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, POSTGRES } from '../needs.ts';
import { type Cluster, startCluster } from '../store/postgres/cluster.ts';
import { runWith } from './programs.ts';

const TIMEOUT = 60_000;
const SECRET = 'other-secret';
const NO_STORE = /^[a-z -]+: --store .*: there is no store in this database; a first backfill makes it\n$/;

describeWith(POSTGRES)('a PostgreSQL server that asks its users for a password', () => {
  let folder: string;
  let cluster: Cluster;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-logins-'));
    cluster = await startCluster();
    await cluster.sql(
      `CREATE USER scram PASSWORD '${SECRET}'; CREATE USER clear PASSWORD '${SECRET}'; CREATE USER refused PASSWORD '${SECRET}';
       SET password_encryption = 'md5'; CREATE USER hashed PASSWORD '${SECRET}'`,
    );
    const ways = ['clear password', 'hashed md5', 'refused reject', 'all scram-sha-256'].map((way) =>
      way.replace(' ', ' 127.0.0.1/32 '),
    );
    const lines = ways.map((way) => `'host all ${way}'`).join(', ');
    const file = await cluster.sql('SHOW hba_file');
    await cluster.sql(`COPY (SELECT unnest(ARRAY[${lines}])) TO '${file}'`);
    await cluster.sql('SELECT pg_reload_conf()');
  });
  afterAll(async () => {
    await cluster.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  /** All that a command says that looks for a store, on stderr too. */
  async function said(login: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const store = cluster.url().replace(/\/\/[^@]*@/, `//${login}@`);
    const env = { PGPASSFILE: join(folder, 'nowhere'), ...variables };
    const { code, stdout, stderr } = await runWith(env, ['check-data', '--store', store], folder);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toContain(SECRET);
    return stderr;
  }

  const USERS = ['scram', 'hashed', 'clear'];

  it.each(USERS)('lets %s in with it', { timeout: TIMEOUT }, async (user) => {
    expect(await said(`${user}:${SECRET}`)).toMatch(NO_STORE);
    expect(await said(user, { PGPASSWORD: SECRET })).toMatch(NO_STORE);
  });

  it.each(USERS)(
    'lets %s in with one of the file of passwords, and says no more',
    { timeout: TIMEOUT },
    async (user) => {
      const file = join(folder, `${user}.pgpass`);
      await writeFile(file, `127.0.0.1:${cluster.port}:*:${user}:${SECRET}\n`, { mode: 0o600 });
      expect(await said(user, { PGPASSFILE: file })).toMatch(NO_STORE);
    },
  );

  it.each(USERS)(
    'tells %s in one line that there is none, or that it is wrong',
    { timeout: TIMEOUT },
    async (user) => {
      const none =
        /^[a-z -]+: .* wants a password, and there is none; set PGPASSWORD, or write it into ~\/\.pgpass\n$/;
      expect(await said(user)).toMatch(none);
      expect(await said(`${user}:wrong`)).toMatch(
        /^[a-z -]+: .* does not let this user in: password authentication failed .*; check the user and the password .*\n$/,
      );
    },
  );

  it('tells in the same line why a file of passwords is left out', { timeout: TIMEOUT }, async () => {
    const file = join(folder, 'open.pgpass');
    await writeFile(file, `127.0.0.1:${cluster.port}:*:scram:${SECRET}\n`);
    await chmod(file, 0o644);
    expect(await said('scram', { PGPASSFILE: file })).toMatch(
      /^[a-z -]+: .* wants a password, and there is none \(password file ".*" has group or world access; .*\); set PGPASSWORD.*\n$/,
    );
  });

  it('speaks of no password to who is refused whatever it is', { timeout: TIMEOUT }, async () => {
    const line = await said(`refused:${SECRET}`);
    expect(line).toMatch(
      /does not let this user in: pg_hba\.conf rejects .*; let its pg_hba\.conf and its roles do so/,
    );
    expect(line).not.toContain('check the user and the password');
  });
});
