import { execFile, execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { POSTGRES_PROGRAMS } from './server-programs.ts';

const run = promisify(execFile);

/** A server of a test's own, on loopback. */
export interface Cluster {
  readonly port: number;
  /** Of a database and a schema in it, as the user who owns all. */
  url(schema?: string): string;
  /**
   * Runs statements by psql, which is given `input`, and gives what it prints: rows in lines, values parted by `|`.
   */
  sql(statements: string, input?: string): Promise<string>;
  /** Cuts the connections of all others. */
  disconnect(): Promise<void>;
  /** Kills all of its processes at once. */
  kill(): Promise<void>;
  start(): Promise<void>;
  destroy(): Promise<void>;
}

const USER = 'tester';
export const PASSWORD = 'not-to-be-seen';

/** As whom the server runs: it refuses to be root. */
function asWhom(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function startCluster(settings: readonly string[] = []): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-postgres-'));
  const whom = asWhom();
  if (whom !== undefined) {
    await chmod(folder, 0o755);
    await chown(folder, whom.uid, whom.gid);
  }
  const port = await freePort();
  const data = join(folder, 'data');
  const call = async (program: string, args: readonly string[]): Promise<void> => {
    await run(join(POSTGRES_PROGRAMS ?? '', program), args, {
      ...whom,
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    });
  };
  const passwordFile = join(folder, 'password');
  await run('sh', ['-c', `umask 022; printf %s ${PASSWORD} > ${passwordFile}`]);
  await call('initdb', [
    ...['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'],
  ]);
  const options = [
    ...[`-c port=${port}`, '-c listen_addresses=127.0.0.1', `-c unix_socket_directories=${folder}`],
    ...settings.map((setting) => `-c ${setting}`),
  ].join(' ');
  const cluster: Cluster = {
    port,
    url: (schema) =>
      `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres${schema === undefined ? '' : `?schema=${schema}`}`,
    sql: async (statements, input = '') => {
      const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port)];
      const psql = run(
        join(POSTGRES_PROGRAMS ?? '', 'psql'),
        [...args, '-U', USER, '-d', 'postgres', '-c', statements],
        {
          env: { PATH: process.env['PATH'], PGPASSWORD: PASSWORD, PGTZ: 'UTC' },
          maxBuffer: 2 ** 28,
        },
      );
      // It may end without a look at it.
      psql.child.stdin?.on('error', () => {}).end(input);
      return (await psql).stdout.trim();
    },
    disconnect: async () => {
      await cluster.sql(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
      );
    },
    kill: async () => {
      const [pid = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
      const { stdout } = await run('ps', ['--ppid', pid, '-o', 'pid=']);
      const all = [pid, ...stdout.split(/\s+/)].filter((one) => one !== '').map(Number);
      for (const one of all) signal(one, 'SIGKILL');
      while (all.some((one) => signal(one, 0))) await sleep(10);
    },
    start: () => call('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']),
    destroy: async () => {
      await call('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']).catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
  await cluster.start();
  return cluster;
}

/** Whether there was such a process. */
function signal(pid: number, what: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, what);
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
