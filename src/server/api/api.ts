import type { IncomingMessage, ServerResponse } from 'node:http';
import type { History } from '../../library/history.ts';
import type { Access } from '../access.ts';
import { refusal } from '../access.ts';
import { type Content, send } from '../routes.ts';
import type { Trouble } from '../store-trouble.ts';
import { BAR_PARAMETERS, barsAnswer, type Streamed } from './bars.ts';
import { deliver } from './deliver.ts';
import { parametersOf } from './query.ts';
import { refused, refusedBy } from './refused.ts';
import { COVERAGE_PARAMETERS, coverageAnswer, SERIES_PARAMETERS, seriesAnswer } from './stored.ts';

/** What programs ask for: bars, what of them is lacking, and of whom there are any. */
export type Api = (request: IncomingMessage, url: URL, response: ServerResponse) => Promise<void>;

/** What it reads, and how that is: as of what a server shows. */
interface Stored {
  readonly history: History;
  readonly trouble: () => Promise<Trouble | undefined>;
}

/** Reads of bars at a time; each has a partition of the store in memory. */
const MOST_READS = 16;

/** What answers at a path: its parameters, and what it gives for them. */
interface Endpoint {
  readonly names: readonly string[];
  readonly answer: (
    parameters: ReadonlyMap<string, string>,
    headers: IncomingMessage['headers'],
  ) => Promise<Content | Streamed>;
}

/** Whether an address is one for programs. */
export function isOfApi(pathname: string): boolean {
  return pathname === '/api' || pathname.startsWith('/api/');
}

/** What answers at the addresses below `/api`. It asks no provider and writes nothing. */
export function apiOf({ history, trouble }: Stored, access: Access): Api {
  const endpoints: Readonly<Record<string, Endpoint>> = {
    '/api/bars': {
      names: BAR_PARAMETERS,
      answer: (parameters, { accept }) => barsAnswer(history, parameters, accept),
    },
    '/api/coverage': {
      names: COVERAGE_PARAMETERS,
      answer: (parameters) => coverageAnswer(history, parameters),
    },
    '/api/series': {
      names: SERIES_PARAMETERS,
      answer: (parameters) => seriesAnswer(history, parameters),
    },
  };
  let reads = 0;
  const answered = async (url: URL, headers: IncomingMessage['headers']): Promise<Content | Streamed> => {
    const endpoint = Object.hasOwn(endpoints, url.pathname) ? endpoints[url.pathname] : undefined;
    if (endpoint === undefined) return noSuch(url, Object.keys(endpoints));
    if (reads > MOST_READS) return BUSY;
    try {
      return await endpoint.answer(parametersOf(url, endpoint.names), headers);
    } catch (error) {
      return refusedBy(error);
    }
  };
  return async (request, url, response) => {
    const { method = '', headers } = request;
    const token = url.searchParams.get('token') ?? undefined;
    // A program keeps no cookie: it may bring the token in each address.
    url.searchParams.delete('token');
    const why = refusal({ method, headers, token, knowsHead: true }, access);
    if (why !== undefined) {
      if (why.status === 405) response.setHeader('allow', 'GET, HEAD');
      send(response, refused(why.status, { code: CODES[why.status], message: why.why }));
      return;
    }
    reads++;
    try {
      const answer = await answered(url, headers);
      await give({ answer, isHead: method === 'HEAD', trouble }, response);
    } finally {
      reads--;
    }
  };
}

/** Why somebody may not ask, in a word. */
const CODES = { 401: 'unauthorized', 403: 'forbidden', 405: 'method-not-allowed' } as const;

const BUSY: Content = {
  ...refused(503, { code: 'throttled', message: `${MOST_READS} reads are under way; ask again` }),
  headers: { 'retry-after': '1' },
};

function noSuch({ pathname }: URL, paths: readonly string[]): Content {
  return refused(404, {
    code: 'usage',
    message: `there is nothing at ${pathname}; there are ${paths.join(', ')}`,
  });
}

/** A store that is gone reads like one that is empty: an answer counts only if it is there afterwards. */
async function give(
  { answer, isHead, trouble }: { answer: Content | Streamed; isHead: boolean } & Pick<Stored, 'trouble'>,
  response: ServerResponse,
): Promise<void> {
  const wrong = await trouble();
  const content = wrong === undefined ? answer : refused(503, { code: 'store-unusable', ...wrong });
  if (content !== answer && 'others' in answer) await answer.others.return(undefined);
  if ('body' in content) return send(response, content);
  response.writeHead(200, { 'content-type': content.type, ...content.headers });
  if (isHead) {
    await content.others.return(undefined);
    response.end();
  } else await deliver(response, content, async () => (await trouble()) === undefined);
}
