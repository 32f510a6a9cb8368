import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A row of bars as Alpaca sends it. */
export interface SentBar {
  readonly t: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
}

/** What becomes of a row of the `answer`-th answer of bars, from 1 on: itself, others, or none. */
export type Alter = (row: SentBar, answer: number) => readonly SentBar[];

const servers: Server[] = [];

/** Ends all proxies. */
export async function stopProxies(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface Proxy {
  readonly url: string;
  /** What becomes of the rows from now on; answers are counted anew. */
  readonly alter: (rows: Alter) => void;
  /** Answers of bars since then. */
  readonly answers: () => number;
}

/** A real server before another one, which passes everything on, and rows of bars as they are altered. */
export async function altering(target: string): Promise<Proxy> {
  let [change, answers]: [Alter, number] = [(row) => [row], 0];
  const pass = async (url: string, sent: Record<string, string>): Promise<readonly [number, string]> => {
    const answer = await fetch(target + url, { headers: sent });
    const body = await answer.text();
    if (!url.includes('/bars?') || answer.status !== 200) return [answer.status, body];
    answers++;
    const at = answers;
    return [200, altered(body, (row) => change(row, at))];
  };
  const server = createServer(({ url = '/', headers }, response) => {
    const { host: _host, connection: _connection, ...sent } = headers;
    void pass(url, sent as Record<string, string>).then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    );
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    alter: (rows) => {
      [change, answers] = [rows, 0];
    },
    answers: () => answers,
  };
}

function altered(body: string, change: (row: SentBar) => readonly SentBar[]): string {
  const page = JSON.parse(body) as { bars: Record<string, SentBar[]> };
  const bars = Object.entries(page.bars).map(([symbol, rows]) => [symbol, rows.flatMap(change)]);
  return JSON.stringify({ ...page, bars: Object.fromEntries(bars) });
}
