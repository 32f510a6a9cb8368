import type { ServerResponse } from 'node:http';

/** An answer to a request. */
export interface Content {
  /** Default 200. */
  readonly status?: number;
  /** A media type. */
  readonly type: string;
  /** Beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What answers at a path. */
export interface Route {
  /** `/series/:ticker/:interval`: a part with a colon stands for any one, which is not empty. */
  readonly path: string;
  /** `parts`: those that parts with a colon stood for, decoded, in order. */
  readonly answer: (parts: readonly string[], query: URLSearchParams) => Content | Promise<Content>;
}

/** What the first route says that an address leads to; undefined: none does. Throws what that throws. */
export function routeOf(
  routes: readonly Route[],
  { pathname, searchParams }: URL,
): Content | Promise<Content> | undefined {
  for (const { path, answer } of routes) {
    const parts = partsOf(path, pathname);
    if (parts !== undefined) return answer(parts, searchParams);
  }
  return undefined;
}

function partsOf(path: string, asked: string): string[] | undefined {
  const [ours, theirs] = [path.split('/'), asked.split('/')];
  if (ours.length !== theirs.length) return undefined;
  const parts: string[] = [];
  for (const [index, own] of ours.entries()) {
    const other = decoded(theirs[index] ?? '');
    if (own.startsWith(':') && other) parts.push(other);
    else if (own !== other) return undefined;
  }
  return parts;
}

/** undefined for what is no encoding, such as `%E0%A4`. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Gives an answer whole. */
export function send(response: ServerResponse, { status = 200, type, headers = {}, body }: Content): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
