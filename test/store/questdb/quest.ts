import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUESTDB_JAR } from '../../needs.ts';

export const PASSWORD = 'not-to-be-seen';

/** A server of a test's own, on loopback, with a folder of its own. */
export interface Quest {
  readonly port: number;
  /** Of a store whose tables have a prefix. */
  url(prefix?: string): string;
  /** Runs a statement over the server's own HTTP and gives its rows. Throws what the server says. */
  sql(statement: string): Promise<unknown[][]>;
  /** Rows by HTTP too: a table of CSV with a head, by columns of these types. */
  load(table: string, schema: string, csv: string): Promise<void>;
  /** Empties the tables with a prefix, which takes less time than to make others; false where somebody writes them still. */
  clear(prefix: string): Promise<boolean>;
  kill(): Promise<void>;
  start(): Promise<void>;
  destroy(): Promise<void>;
}

/** Small pages: a test has few rows in many tables. Threads that find nothing to do sleep for a millisecond and not on the CPU. */
const SETTINGS = [
  ...['shared.worker.yield.threshold=1', 'shared.worker.nap.threshold=20'],
  'shared.worker.sleep.threshold=100000',
  ...['http.min.enabled=false', 'line.tcp.enabled=false', 'telemetry.enabled=false'],
  ...['shared.worker.count=2', 'pg.user=tester', `pg.password=${PASSWORD}`, 'dev.mode.enabled=true'],
  ...['cairo.writer.data.append.page.size=64k', 'cairo.wal.writer.data.append.page.size=64k'],
  ...['cairo.o3.column.memory.size=64k', 'cairo.writer.data.index.value.append.page.size=64k'],
];

/** Where its many small files are made in half of the time: in memory, where there is room. A server that is killed leaves them there. */
async function roomForFiles(): Promise<string> {
  const memory = '/dev/shm';
  const room = await statfs(memory).catch(() => undefined);
  return room !== undefined && room.bavail * room.bsize > 2 ** 30 ? memory : tmpdir();
}

export async function startQuest(): Promise<Quest> {
  const folder = await mkdtemp(join(await roomForFiles(), 'backfill-questdb-'));
  const [port, http] = [await freePort(), await freePort()];
  await mkdir(join(folder, 'conf'));
  const binds = [`http.bind.to=127.0.0.1:${http}`, `pg.net.bind.to=127.0.0.1:${port}`];
  await writeFile(join(folder, 'conf', 'server.conf'), [...SETTINGS, ...binds].join('\n'));
  let child: ChildProcess | undefined;
  /** The last that the server had taken into each table when it was emptied. */
  const emptied = new Map<unknown, unknown>();
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${http}/${path}`, init);
  const quest: Quest = {
    port,
    url: (prefix) =>
      `questdb://tester:${PASSWORD}@127.0.0.1:${port}${prefix === undefined ? '' : `?prefix=${prefix}`}`,
    sql: async (statement) => {
      const answer = await ask(`exec?query=${encodeURIComponent(statement)}`);
      const { error, dataset = [] } = (await answer.json()) as { error?: string; dataset?: unknown[][] };
      if (error !== undefined) throw new Error(error);
      return dataset;
    },
    load: async (table, schema, csv) => {
      const body = new FormData();
      body.append('schema', schema);
      body.append('data', csv);
      const answer = await ask(`imp?name=${table}&forceHeader=true&overwrite=true`, { method: 'POST', body });
      if (!answer.ok) throw new Error(await answer.text());
    },
    clear: async (prefix) => {
      const held = `SELECT table_name FROM writer_pool() WHERE table_name = '${prefix}backfill_writer' AND ownership_reason IS NOT NULL`;
      if ((await quest.sql(held)).length > 0) return false;
      const taken = `SELECT name, sequencerTxn FROM wal_tables() WHERE name LIKE '${prefix}%'`;
      const used = (await quest.sql(taken)).filter(([name, last]) => last !== (emptied.get(name) ?? 0));
      const lease = await quest.sql(
        `SELECT table_name FROM tables() WHERE table_name = '${prefix}backfill_lease'`,
      );
      await Promise.all([...used, ...lease].map(([name]) => quest.sql(`TRUNCATE TABLE '${String(name)}'`)));
      const behind = `SELECT count() FROM wal_tables() WHERE name LIKE '${prefix}%' AND writerTxn < sequencerTxn`;
      while ((await quest.sql(behind))[0]?.[0] !== 0) await sleep(5);
      for (const [name, last] of await quest.sql(taken)) emptied.set(name, last);
      return true;
    },
    kill: async () => {
      const own = child;
      if (own === undefined) return;
      child = undefined;
      const ended = once(own, 'close');
      own.kill('SIGKILL');
      await ended;
    },
    start: async () => {
      const log = await open(join(folder, 'log.txt'), 'a');
      const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-p', QUESTDB_JAR];
      const own = spawn('java', [...java, '-m', 'io.questdb/io.questdb.ServerMain', '-d', folder], {
        stdio: ['ignore', log.fd, log.fd],
      });
      child = own;
      await log.close();
      for (;;) {
        if (own.exitCode !== null)
          throw new Error(`QuestDB ended: ${await readFile(join(folder, 'log.txt'), 'utf8')}`);
        if (await quest.sql('SELECT 1').catch(() => undefined)) return;
        await sleep(100);
      }
    },
    destroy: async () => {
      await quest.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await quest.start();
  return quest;
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
