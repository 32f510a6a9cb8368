import { type IncomingHttpHeaders, type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer as it came. */
export interface Passed {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const servers: Server[] = [];

/**
 * A server that asks another one for whatever it is asked, and gives what `change` makes of the answer: its URL, and the paths
 * that it was asked for. `stopBeside` ends it.
 */
export async function beside(
  behind: string,
  change: (path: string, answer: Passed) => Passed,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { url: path = '/', headers } = incoming;
    asked.push(path);
    request(new URL(path, behind), { headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const given = { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) };
        const changed = change(path, given);
        const { 'transfer-encoding': _, ...rest } = changed.headers;
        outgoing.writeHead(changed.status, { ...rest, 'content-length': changed.body.length });
        outgoing.end(changed.body);
      });
    }).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export async function stopBeside(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
