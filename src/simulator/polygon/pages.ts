import type { WireRequest, WireResponse } from '../wire.ts';
import { badParameter, json } from './errors.ts';

/** A query as it was first asked, and where its page begins: of a page that follows all of it is in the cursor. */
export interface Paged {
  readonly query: URLSearchParams;
  readonly offset: number;
}

/** The query of a request, of whatever page. */
export function pagedIn({ query }: Pick<WireRequest, 'query'>): Paged {
  const cursor = query.get('cursor');
  if (cursor === null) return { query, offset: 0 };
  const first = new URLSearchParams(Buffer.from(cursor, 'base64url').toString());
  const offset = Number(first.get('offset') ?? 0);
  first.delete('offset');
  return { query: first, offset };
}

/** Where a page goes on, without a key, at the host that was asked. */
export function nextUrl(
  { headers }: Pick<WireRequest, 'headers'>,
  path: string,
  query: URLSearchParams,
): string {
  const told = new URLSearchParams(query);
  told.delete('apiKey');
  const cursor = Buffer.from(told.toString()).toString('base64url');
  return `http://${String(headers['host'] ?? 'api.massive.com')}${path}?cursor=${cursor}`;
}

const ROWS = 10;
const MOST_ROWS = 1000;

/** A page of a list of reference data. */
export function listPage(
  request: WireRequest,
  rowsOf: (query: URLSearchParams) => readonly object[],
): WireResponse {
  const { query, offset } = pagedIn(request);
  const limit = Number(query.get('limit') ?? ROWS);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS))
    return badParameter('limit', query.get('limit'));
  const rows = rowsOf(query);
  const page = rows.slice(offset, offset + limit);
  const end = offset + limit;
  const following = new URLSearchParams([...query, ['offset', String(end)]]);
  return json(
    200,
    {
      results: page,
      status: 'OK',
      count: page.length,
      ...(end < rows.length && { next_url: nextUrl(request, request.path, following) }),
    },
    page.length,
  );
}
