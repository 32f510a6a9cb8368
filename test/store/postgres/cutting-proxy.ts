import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands before a server on loopback. */
export interface CuttingProxy {
  readonly port: number;
  close(): Promise<void>;
}

const READY = 'Z'.charCodeAt(0);

/**
 * Lets so many answers of a PostgreSQL server through, on whatever connections, each up to where the server waits for the
 * next query; then it cuts all of them, and lets nobody in any more.
 */
export async function startCuttingProxy(to: number, answers: number): Promise<CuttingProxy> {
  let left = answers;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => [client, upstream].forEach((one) => one.destroy()));
    }
    if (left === 0) client.destroy();
    client.pipe(upstream);
    let held = Buffer.alloc(0);
    upstream.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      // A message is a letter, and a length that counts itself.
      while (left > 0 && held.length >= 5 && held.length > held.readUInt32BE(1)) {
        const end = 1 + held.readUInt32BE(1);
        if (held[0] === READY) left--;
        client.write(held.subarray(0, end));
        held = held.subarray(end);
      }
      if (left === 0) client.end(() => sockets.forEach((one) => one.destroy()));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
