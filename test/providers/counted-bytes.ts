import { createServer, request as ask } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import { type Logged, start } from '../simulator/running.ts';

/** A simulator behind a server that adds up the bodies that pass it, as they go over the wire. */
export interface Counting extends Pick<Logged, 'url' | 'entries'> {
  /** Of answers to such paths. Default: of all. */
  bytes(paths?: RegExp): number;
  /** All that went over its connections, heads too. */
  sent(): number;
  close(): Promise<unknown>;
}

/** Starts both; `stopAll` ends the simulator. */
export async function countedBytes(options: Partial<SimulatorOptions>): Promise<Counting> {
  const simulator = await start(options);
  const counts = new Map<string, number>();
  const connections = new Set<Socket>();
  const server = createServer(({ url = '/', headers }, response) => {
    // Signatures are of the host that was asked.
    const onward = ask(new URL(url, simulator.url), { headers }, (answer) => {
      answer.on('data', (part: Buffer) => counts.set(url, (counts.get(url) ?? 0) + part.length));
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end();
  });
  server.on('connection', (socket: Socket) => connections.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    entries: simulator.entries,
    bytes: (paths = /./) =>
      [...counts].reduce((sum, [path, bytes]) => (paths.test(path) ? sum + bytes : sum), 0),
    sent: () => [...connections].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
