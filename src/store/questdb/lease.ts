import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { BackfillError } from '../../core/errors.ts';
import type { StoreWriter } from '../facts.ts';
import { storeLocked } from '../locked.ts';
import { WRITER } from '../parquet/files/writer.ts';
import { literal } from '../tables/literal.ts';
import type { HeldLease } from '../tables/tables.ts';
import { appliedTables } from './schema.ts';
import type { QuestServer } from './server.ts';
import { newVersion } from './sql.ts';
import type { Writer } from './writer.ts';

/** Tries at a lock that somebody may have looked at in that moment. */
const TRIES = 5;
const REST_MS = 50;
/** The server closes a connection that is silent for five minutes. */
const ALIVE_MS = 30_000;
/** Between the end of a statement's rows and their commit, where the server's list of statements does not show it. */
const COMMIT_MS = 250;
const DRAIN_MS = 60_000;

/**
 * One writer at a time. The lease is a row that is not committed, on a connection of its own: nobody else can write its table, and
 * the server lets go of it when the connection ends, however it ends. And it is a token, which every holder raises, and raises
 * again when he frees it: see `Writer`. Whoever raised it waits for the statements that began under the one before, and until
 * all that was taken is applied. Throws `store-locked`, naming the holder. `isTidy`: the one before left nothing half done.
 */
export async function takeLease(
  server: QuestServer,
  writer: Writer,
): Promise<HeldLease & { readonly isTidy: boolean }> {
  await server.prepare();
  const client = await server.open();
  try {
    for (let attempt = 1; !(await server.hold(client, server.names.writerLock)); attempt++) {
      if (attempt === TRIES) throw await lockedBy(server);
      await sleep(REST_MS);
    }
    const before = await lastIn(server);
    const token = await raise(server, Number(before?.['token'] ?? 0) + 1, '');
    const isTidy = before === undefined || (before['ended'] === true && before['tidy'] === true);
    await drain(server, before === undefined || before['ended'] === true);
    await server.applied(appliedTables(server.names));
    const alive = watch(client);
    writer.token = token;
    writer.isLost = () => writer.token === token && alive.isGone();
    writer.isTidy = true;
    const noteTrouble = (): void => {
      writer.isTidy = false;
    };
    return { token, isTidy, noteTrouble, free: () => free(server, writer, client, { token, alive }) };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function free(
  server: QuestServer,
  writer: Writer,
  client: pg.Client,
  { token, alive }: { readonly token: string; readonly alive: Alive },
): Promise<void> {
  alive.stop();
  // Of one who lost it the next one knows that he ended otherwise.
  if (!alive.isGone())
    await raise(server, Number(token) + 1, writer.isTidy ? 'tidy' : 'untidy').catch(() => undefined);
  if (writer.token === token) writer.token = undefined;
  await client.query('ROLLBACK').catch(() => undefined);
  await client.end().catch(() => {});
}

interface Alive {
  isGone(): boolean;
  stop(): void;
}

/** Says something now and then on the connection, and notices when it ends. */
function watch(client: pg.Client): Alive {
  let gone = false;
  const end = (): void => {
    gone = true;
  };
  client.on('end', end).on('error', end);
  const timer = setInterval(() => {
    client.query('SELECT 1').catch(end);
  }, ALIVE_MS).unref();
  return { isGone: () => gone, stop: () => clearInterval(timer) };
}

/** Puts a token above all others. Throws `store-locked` where somebody else did so too. */
async function raise(server: QuestServer, token: number, ended: '' | 'tidy' | 'untidy'): Promise<string> {
  const { lease } = server.names;
  const { pid, host, command } = WRITER;
  const holder = newVersion();
  await server.rowsInTime(
    `INSERT INTO '${lease}' VALUES (now(), ${token}, '${holder}', ${pid}, ${literal(host)}, ${literal(command)}, ${ended !== ''}, ${ended === 'tidy'})`,
  );
  const rows = await server.rows(`SELECT holder FROM '${lease}' WHERE token >= ${token}`);
  // One who was paused between the lock and this, and lost the lock.
  if (rows.length !== 1) throw await lockedBy(server);
  return String(token);
}

/** Waits until no statement goes on that may have begun under an earlier token. */
async function drain(server: QuestServer, isFreed: boolean): Promise<void> {
  const since = performance.now();
  for (let quiet = isFreed; ;) {
    const rows = await server.rows('SELECT query FROM query_activity()');
    const inserts = `INSERT INTO '${server.place.prefix}`;
    const isBusy = rows.some((row) => String(row['query']).startsWith(inserts));
    if (!isBusy && quiet) return;
    quiet = !isBusy;
    if (performance.now() - since > DRAIN_MS)
      throw new BackfillError(
        'store-unusable',
        `the QuestDB server ${server.place.server} is not done with what an earlier run gave it to store; see query_activity() there, and run the same again`,
      );
    await sleep(COMMIT_MS);
  }
}

async function lastIn(server: QuestServer): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { lease } = server.names;
  const [row] = await server.rows(
    `SELECT token, pid, host, command, ended, tidy, cast(at AS long) AS at FROM '${lease}' ORDER BY token DESC LIMIT 1`,
  );
  return row;
}

async function lockedBy(server: QuestServer): Promise<BackfillError> {
  return storeLocked(server.place.shown, holderOf(await lastIn(server)));
}

function holderOf(row: Readonly<Record<string, unknown>> | undefined): StoreWriter | undefined {
  if (row === undefined || row['ended'] === true) return undefined;
  const { pid, host, command, at } = row;
  return {
    pid: Number(pid),
    host: String(host),
    command: String(command),
    since: Math.floor(Number(at) / 1000),
  };
}

/** Who holds the lease now; undefined for nobody. */
export async function writerAtWork(server: QuestServer): Promise<StoreWriter | undefined> {
  if (!(await server.isThere())) return undefined;
  const [row] = await server.rows(
    `SELECT ownership_reason FROM writer_pool() WHERE table_name = ${literal(server.names.writerLock)}`,
  );
  const isHeld = typeof row?.['ownership_reason'] === 'string';
  return isHeld ? holderOf(await lastIn(server)) : undefined;
}
