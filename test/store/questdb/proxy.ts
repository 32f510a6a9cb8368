import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface Proxy {
  readonly port: number;
  /** Cuts all connections that go through it. */
  cut(): void;
  /**
   * Cuts them at the nth message to the server from now on, `before` it is passed on or `after` that, when the answer is due.
   * Gives whether it came to that.
   */
  cutAt(nth: number, when: 'before' | 'after'): () => boolean;
  /**
   * From now on every statement that reads tables fails the first time as the server lets one fail of which a table changed since
   * it was compiled, and nothing of it is done. Gives how many did.
   */
  outdate(says: string): () => number;
  close(): Promise<void>;
}

export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let armed: { left: number; readonly when: 'before' | 'after' } | undefined;
  let outdating: { readonly says: string; readonly failed: Set<string> } | undefined;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const behind = connect(to, '127.0.0.1');
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          behind.destroy();
        });
    }
    client.on('data', (data) => {
      const text = data.toString('latin1');
      if (outdating !== undefined && isStatement(text) && !outdating.failed.has(text)) {
        outdating.failed.add(text);
        return client.write(failure(outdating.says));
      }
      const isNow = armed !== undefined && --armed.left === 0;
      if (isNow && armed?.when === 'before') return cut();
      // What is handed to the system before the end is sent.
      if (isNow) behind.write(data, () => setTimeout(cut, 30));
      else behind.write(data);
      return undefined;
    });
    behind.on('data', (data) => {
      if (armed === undefined || armed.left > 0 || armed.when === 'before') client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    cutAt: (nth, when) => {
      const own = { left: nth, when };
      armed = own;
      return () => {
        armed = undefined;
        return own.left <= 0;
      };
    },
    outdate: (says) => {
      const failed = new Set<string>();
      outdating = { says, failed };
      return () => failed.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

/** Whether a whole statement comes, and reads tables: as a simple query, or as one that is parsed, bound and executed at once. */
function isStatement(text: string): boolean {
  const isWhole = text.startsWith('Q') || (text.startsWith('P') && text.endsWith('S\0\0\0\x04'));
  return isWhole && text.includes("FROM '");
}

/** That a statement failed, and that the next one may come. */
function failure(says: string): Buffer {
  const fields = Buffer.from(`SERROR\0C00000\0M${says}\0\0`, 'latin1');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields, Buffer.from('Z\0\0\0\x05I', 'latin1')]);
}
