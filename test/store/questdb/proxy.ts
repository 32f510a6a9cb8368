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
  close(): Promise<void>;
}

export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let armed: { left: number; readonly when: 'before' | 'after' } | undefined;
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
