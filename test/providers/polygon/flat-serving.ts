import { type IncomingHttpHeaders, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { NOTHING } from './serving.ts';

/** What is asked of the files. */
export interface FileRequest {
  /** Empty for a listing. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** What is answered, or what answers. */
export type FileReply =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Buffer | string;
    }
  | ((response: ServerResponse) => void);

export const SECRETS = {
  ...{ key: 'a-key-of-ours', accessKey: 'AN-ACCESS-KEY' },
  secretKey: 'a-secret-of-ours',
};

const servers: Server[] = [];

/** Ends all servers. */
export async function stopFiles(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Every fault shows at once. */
const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };

/** The provider beside a real server with these files, which knows of no split and no dividend; what it asked of the files too. */
export async function filesThatAnswer(
  reply: (request: FileRequest) => FileReply,
  gate: Gate = ONE_TRY,
  source = 'flat',
  timeoutMs = 5000,
): Promise<{ readonly provider: Provider; readonly asked: FileRequest[] }> {
  const asked: FileRequest[] = [];
  const server = createServer(({ url = '/', headers }, response) => {
    const { pathname, searchParams: query } = new URL(url, 'http://polygon');
    if (!pathname.startsWith('/flatfiles/')) {
      response.end(NOTHING);
      return;
    }
    const request = { key: decodeURIComponent(pathname.slice('/flatfiles/'.length)), query, headers };
    asked.push(request);
    const said = reply(request);
    if (typeof said === 'function') said(response);
    else response.writeHead(said.status ?? 200, said.headers).end(said.body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const settings = { tier: 'advanced', source };
  const config = { id: 'polygon', url: `http://127.0.0.1:${port}`, timeoutMs, settings };
  return { provider: await openProvider(config, gate, SECRETS), asked };
}

export const HEADING = 'ticker,volume,open,close,high,low,window_start,transactions';

/** A packed file of such lines below a heading. */
export function packed(lines: readonly string[], heading = HEADING): Buffer {
  return gzipSync([heading, ...lines, ''].join('\n'));
}

/** A document of S3's. */
export function s3Error(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code} &amp; more</Message></Error>`;
}

/** A page of a listing. */
export function listOf(keys: readonly string[], next?: string): string {
  const contents = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-11-20T16:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`,
  );
  const token = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>flatfiles</Name><IsTruncated>${next !== undefined}</IsTruncated>${contents.join('')}${token}</ListBucketResult>`;
}
