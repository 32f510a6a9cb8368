import { type IncomingMessage, request as ask } from 'node:http';

/** What a server said to a request that was passed on to it. */
export interface Said {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Passes a GET on to the server at a URL as it was sent: with its keys, and with the host that was asked, which may be signed.
 * What is not compressed for the way comes so too.
 */
export function passedOn(url: string, { url: path = '/', headers }: IncomingMessage): Promise<Said> {
  const { connection: _connection, 'accept-encoding': _coding, ...own } = headers;
  return new Promise((resolve, reject) => {
    const outgoing = ask(new URL(path, url), { headers: own, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject).once('end', () => {
        const { statusCode: status = 0, headers: said } = answer;
        resolve({ status, type: said['content-type'] ?? '', body: Buffer.concat(parts) });
      });
    });
    outgoing.once('error', reject).end();
  });
}
