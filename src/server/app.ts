import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { BackfillError, type ErrorCode } from '../core/errors.ts';
import { parseTicker } from '../core/instrument/ticker.ts';
import { isInterval } from '../core/session/interval.ts';
import type { History } from '../library/history.ts';
import type { PageCode } from '../report/coverage-page/page-html.ts';
import type { DashboardData, DashboardPage } from '../report/dashboard/page-data.ts';
import { type SameAsHere, pastedIn } from '../report/told-commands.ts';
import { type Access, type Asking, refusal } from './access.ts';
import { apiOf, isOfApi } from './api/api.ts';
import type { Board } from './board/board.ts';
import { boardAnswer, isOfBoard } from './board/mounted.ts';
import { FRAME_POLICY, PAGE_POLICY, SAFE_HEADERS } from './headers.ts';
import type { Listeners } from './listeners.ts';
import { runPage, runRow } from './pages/runs.ts';
import { seriesPage } from './pages/series.ts';
import { seriesList } from './pages/series-list.ts';
import { type Content, type Route, routeOf, send } from './routes.ts';
import { ICON, shellHtml } from './shell.ts';
import { type Trouble, unusable } from './store-trouble.ts';

/** What a server shows. */
export interface Shown {
  readonly history: History;
  /** Where the store is. */
  readonly store: string;
  /** What the commands need that pages propose. */
  readonly here: SameAsHere;
  /** What is wrong with it now; undefined: nothing. Costs little. */
  readonly trouble: () => Promise<Trouble | undefined>;
  /** Of this program. */
  readonly version: string;
  /** Whether runs of this process are shown: else those on record are. */
  readonly hasRuns: boolean;
  readonly listeners: Listeners;
  readonly code: PageCode;
  /** Of the queues that machines share. Default: there are none. */
  readonly board?: Board;
}

/** Runs that a list of them has. */
const LISTED_RUNS = 200;

/** HTTP status of what the store cannot give now. */
const UNAVAILABLE = 503;

const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

/** What answers requests; it listens nowhere yet. */
export function appOf(shown: Shown, access: Access): Server {
  const routes = [livePage(shown), ...pages(shown).map((one) => ofStore(shown, one)), ...files(shown)];
  const api = apiOf(shown, access);
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    const url = urlOf(request);
    if (isOfApi(url.pathname)) {
      void api(request, url, response);
      return;
    }
    const board = isOfBoard(url.pathname) ? shown.board : undefined;
    if (refuses(request, url, response, { ...access, mayAct: board !== undefined })) return;
    if (url.pathname === '/events') listen(shown.listeners, response);
    else if (board !== undefined)
      void boardAnswer(board, request, url).then((content) => {
        send(response, content);
      });
    else
      void contentAt(shown, routes, url).then((content) => {
        send(response, content);
      });
  });
}

/** It may be given whole too, as to a proxy (RFC 9112 §3.2.2). What is no address leads nowhere. */
function urlOf({ url = '' }: IncomingMessage): URL {
  const address = url.startsWith('/') ? `http://host${url}` : url;
  return new URL(/^https?:/i.test(address) && URL.canParse(address) ? address : 'http://host//');
}

/** Refuses who may not ask; who brings the token in an address keeps it as a cookie, and goes on without it. */
function refuses(
  { method = '', headers }: IncomingMessage,
  url: URL,
  response: ServerResponse,
  { mayAct, ...access }: Access & Pick<Asking, 'mayAct'>,
): boolean {
  const token = url.searchParams.get('token') ?? undefined;
  const refused = refusal({ method, headers, token, ...(mayAct === true && { mayAct }) }, access);
  if (refused !== undefined) {
    if (refused.status === 405) response.setHeader('allow', 'GET');
    send(response, { status: refused.status, type: TEXT, body: `${refused.why}\n` });
    return true;
  }
  if (token === undefined) return false;
  url.searchParams.delete('token');
  if (access.token !== undefined)
    response.setHeader('set-cookie', `${access.cookie}=${access.token}; HttpOnly; SameSite=Lax; Path=/`);
  // Two slashes would begin the name of another host.
  const location = url.pathname.replace(/^\/+/, '/') + url.search;
  send(response, { status: 303, headers: { location }, type: TEXT, body: '' });
  return true;
}

/** Never rejects: what goes wrong is a page that says so. */
async function contentAt(shown: Shown, routes: readonly Route[], url: URL): Promise<Content> {
  try {
    const content = routeOf(routes, url);
    if (content !== undefined) return await content;
    const message = 'The links above lead to those that there are.';
    return troublePage(shown, 404, { title: 'There is no such page', message });
  } catch (error) {
    const code = error instanceof BackfillError ? error.code : undefined;
    const message = error instanceof Error ? error.message : String(error);
    if (code === 'store-unusable') return troublePage(shown, UNAVAILABLE, unusable(message));
    const status = code !== undefined && NOT_FOUND.has(code) ? 404 : 500;
    return troublePage(shown, status, { title: 'This cannot be shown', message });
  }
}

/**
 * A page of what is in the store. A store that is gone reads like one that is empty: whatever was read, and whatever was not
 * found, counts only if it is there afterwards.
 */
function ofStore(shown: Shown, { path, answer }: Route): Route {
  return {
    path,
    answer: async (parts, query) => {
      const asked = async (): Promise<Content> => answer(parts, query);
      const [answered] = await Promise.allSettled([asked()]);
      const trouble = await shown.trouble();
      if (trouble !== undefined) return troublePage(shown, UNAVAILABLE, trouble);
      if (answered.status === 'rejected') throw answered.reason;
      return answered.value;
    },
  };
}

/** It goes on by itself once the store is back, and shows a run of this process all the same. */
function livePage(shown: Shown): Route {
  const { hasRuns } = shown;
  return {
    path: '/',
    answer: async () => {
      const trouble = (await shown.trouble()) ?? null;
      const content = pageOf(shown, { page: 'live', hasRuns, trouble });
      return trouble === null ? content : { ...content, status: UNAVAILABLE };
    },
  };
}

/** What is in the store. */
function pages(shown: Shown): Route[] {
  const { history } = shown;
  const page = (what: DashboardPage): Content => pageOf(shown, what);
  const coverage = once(async () => (await history.coverageHtml()).html);
  return [
    { path: '/series', answer: async () => page(seriesList(await history.coverage())) },
    {
      path: '/series/:ticker/:interval',
      answer: async ([ticker = '', interval = ''], query) => {
        if (!isInterval(interval)) throw new BackfillError('usage', `${interval} is no length of bars`);
        const series = { ticker: parseTicker(ticker), interval };
        const end = query.get('end') ?? undefined;
        return page({ page: 'series', series: await seriesPage(history, series, end) });
      },
    },
    {
      path: '/runs',
      answer: async () => {
        const { runs, spoilt } = await history.runs({ last: LISTED_RUNS });
        return page({ page: 'runs', runs: runs.map(runRow), spoilt });
      },
    },
    {
      path: '/runs/:id',
      answer: async ([id = '']) => {
        const run = await history.run(id);
        const { series } = await history.coverage();
        return page({ page: 'run', run: runPage(run, series) });
      },
    },
    {
      path: '/coverage',
      answer: async () => ({
        type: HTML,
        headers: { 'content-security-policy': FRAME_POLICY },
        body: await coverage(),
      }),
    },
  ];
}

/** Does what takes long once for all who ask meanwhile. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let going: Promise<T> | undefined;
  return () => {
    going ??= work().finally(() => {
      going = undefined;
    });
    return going;
  };
}

function files({ code }: Shown): Route[] {
  const paths = assetPaths(code);
  const lasting = { 'cache-control': 'private, max-age=31536000, immutable' };
  const file = (path: string, type: string, body: string): Route => ({
    path,
    answer: () => ({ type, headers: lasting, body }),
  });
  return [
    file(paths.script, 'text/javascript; charset=utf-8', code.script),
    file(paths.style, 'text/css; charset=utf-8', code.style),
    file('/icon.svg', 'image/svg+xml', ICON),
  ];
}

/** Tells what happens, for as long as the browser stays. */
function listen(listeners: Listeners, response: ServerResponse): void {
  // A server in front of this one shall pass on each event as it comes.
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  if (!listeners.add(response)) response.end('retry: 60000\n\n');
}

/** By their content: a browser that has them asks for them no more, and for others after an update. */
function assetPaths({ script, style }: PageCode): { readonly script: string; readonly style: string } {
  const hash = createHash('sha256').update(script).update(style).digest('hex').slice(0, 12);
  return { script: `/dashboard-${hash}.js`, style: `/dashboard-${hash}.css` };
}

function pageOf({ store, here, version, code, board }: Shown, what: DashboardPage): Content {
  const data: DashboardData = {
    ...{ store, version, shown: pastedIn(what, here) },
    ...(board !== undefined && { hasQueues: true as const }),
  };
  const headers = { 'content-security-policy': PAGE_POLICY };
  return { type: HTML, headers, body: shellHtml(data, assetPaths(code)) };
}

function troublePage(shown: Shown, status: number, trouble: Trouble): Content {
  return { ...pageOf(shown, { page: 'trouble', ...trouble }), status };
}

/** What somebody asked for that there is not. */
const NOT_FOUND: ReadonlySet<ErrorCode> = new Set([
  ...(['usage', 'invalid-date', 'invalid-ticker', 'not-stored', 'unsupported-interval'] as const),
]);
