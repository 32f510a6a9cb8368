import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { BOARD_POLICY } from '../headers.ts';
import type { Content } from '../routes.ts';
import type { Board } from './board.ts';

/** Where the board is, among the pages of a dashboard. */
export const BOARD_PATH = '/queues';

/** More than any question of its pages has. */
const MOST_BYTES = 65_536;

const TEXT = 'text/plain; charset=utf-8';

/** Whether a path leads to the board. */
export function isOfBoard(path: string): boolean {
  return path === BOARD_PATH || path.startsWith(`${BOARD_PATH}/`);
}

/** What the board answers to a request that may be answered. Never rejects: what goes wrong is an answer that says so. */
export async function boardAnswer(board: Board, request: IncomingMessage, url: URL): Promise<Content> {
  const path = url.pathname.slice(BOARD_PATH.length) || '/';
  try {
    const body = await jsonOf(request);
    if (body === 'unreadable')
      return { status: 400, type: TEXT, body: 'what came is no JSON, or too long\n' };
    const { method = '' } = request;
    const content = await board.answer({ method, path, query: url.searchParams, body });
    if (content === undefined)
      return { status: 404, type: TEXT, body: 'there is no such page of the board\n' };
    return { ...content, headers: { 'content-security-policy': BOARD_POLICY, ...content.headers } };
  } catch (error) {
    if (error instanceof URIError)
      return { status: 404, type: TEXT, body: 'there is no such page of the board\n' };
    const why = error instanceof Error ? error.message : String(error);
    return { status: 503, type: TEXT, body: `the queues cannot be shown: ${why}\n` };
  }
}

/** Of a request that is to do something; undefined: nothing came. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET') return undefined;
  if (Number(request.headers['content-length'] ?? '0') > MOST_BYTES) return 'unreadable';
  const said = await text(limited(request));
  if (said === '') return undefined;
  try {
    return JSON.parse(said) as unknown;
  } catch {
    return 'unreadable';
  }
}

/** No more than may come, whatever its head says. */
async function* limited(request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) return;
    yield part;
  }
}
