import { createHash } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BackfillError, type ErrorCode } from '../core/errors.ts';
import { parseTicker } from '../core/instrument/ticker.ts';
import { isInterval } from '../core/session/interval.ts';
import type { History } from '../library/history.ts';
import type { PageCode } from '../report/coverage-page/page-html.ts';
import type { DashboardData, DashboardPage } from '../report/dashboard/page-data.ts';
import { type Access, refusal } from './access.ts';
import { FRAME_POLICY, PAGE_POLICY, SAFE_HEADERS } from './headers.ts';
import type { Listeners } from './listeners.ts';
import { runPage, runRow } from './pages/runs.ts';
import { seriesPage } from './pages/series.ts';
import { seriesList } from './pages/series-list.ts';
import { ICON, shellHtml } from './shell.ts';

/** What a server shows. */
export interface Shown {
  readonly history: History;
  /** Where the store is. */
  readonly store: string;
  /** Of this program. */
  readonly version: string;
  /** Whether runs of this process are shown: else those on record are. */
  readonly hasRuns: boolean;
  readonly listeners: Listeners;
  readonly code: PageCode;
}

/** Runs that a list of them has. */
const LISTED_RUNS = 200;

const HTML = 'text/html; charset=utf-8';

/** What answers requests; it listens nowhere yet. */
export function appOf(shown: Shown, access: Access): FastifyInstance {
  const app = Fastify({
    // Browsers that listen are let go by the close of the server.
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // A ticker may be 32 characters long, each of which its address writes as three.
    routerOptions: { maxParamLength: 200 },
  });
  app.addHook('onRequest', async (request, reply) => guard(request, reply, access));
  app.setNotFoundHandler(async (_, reply) =>
    trouble(shown, reply.code(404), 'There is no such page', 'The links above lead to those that there are.'),
  );
  app.setErrorHandler(async (error, _, reply) => refuse(shown, reply, error));
  addPages(app, shown);
  addFiles(app, shown);
  return app;
}

/** Refuses who may not ask; who brings the token in an address keeps it as a cookie, and goes on without it. */
function guard(request: FastifyRequest, reply: FastifyReply, access: Access): FastifyReply | undefined {
  reply.headers(SAFE_HEADERS);
  const address = `http://host${request.url}`;
  const url = new URL(URL.canParse(address) ? address : 'http://host/');
  const token = url.searchParams.get('token') ?? undefined;
  const refused = refusal({ method: request.method, headers: request.headers, token }, access);
  if (refused !== undefined) {
    if (refused.status === 405) reply.header('allow', 'GET');
    return reply.code(refused.status).type('text/plain; charset=utf-8').send(`${refused.why}\n`);
  }
  if (token === undefined) return undefined;
  url.searchParams.delete('token');
  if (access.token !== undefined)
    reply.header('set-cookie', `${access.cookie}=${access.token}; HttpOnly; SameSite=Lax; Path=/`);
  // Two slashes would begin the name of another host.
  return reply
    .code(303)
    .header('location', url.pathname.replace(/^\/+/, '/') + url.search)
    .send();
}

function addPages(app: FastifyInstance, shown: Shown): void {
  const { history } = shown;
  const page = (reply: FastifyReply, what: DashboardPage): FastifyReply => sendPage(shown, reply, what);
  app.get('/', (_, reply) => page(reply, { page: 'live', hasRuns: shown.hasRuns }));
  app.get('/series', async (_, reply) => page(reply, seriesList(await history.coverage())));
  app.get<{ Params: { ticker: string; interval: string }; Querystring: { end?: string } }>(
    '/series/:ticker/:interval',
    async ({ params: { ticker, interval }, query: { end } }, reply) => {
      if (!isInterval(interval)) throw new BackfillError('usage', `${interval} is no length of bars`);
      const series = { ticker: parseTicker(ticker), interval };
      return page(reply, { page: 'series', series: await seriesPage(history, series, end) });
    },
  );
  app.get('/runs', async (_, reply) => {
    const { runs, spoilt } = await history.runs({ last: LISTED_RUNS });
    return page(reply, { page: 'runs', runs: runs.map(runRow), spoilt });
  });
  app.get<{ Params: { id: string } }>('/runs/:id', async ({ params: { id } }, reply) => {
    const run = await history.run(id);
    const { series } = await history.coverage();
    return page(reply, { page: 'run', run: runPage(run, series) });
  });
  const coverage = once(async () => (await history.coverageHtml()).html);
  app.get('/coverage', async (_, reply) =>
    reply
      .type(HTML)
      .header('content-security-policy', FRAME_POLICY)
      .send(await coverage()),
  );
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

function addFiles(app: FastifyInstance, { listeners, code }: Shown): void {
  const paths = assetPaths(code);
  const lasting = { 'cache-control': 'private, max-age=31536000, immutable' };
  app.get(paths.script, (_, reply) =>
    reply.type('text/javascript; charset=utf-8').headers(lasting).send(code.script),
  );
  app.get(paths.style, (_, reply) => reply.type('text/css; charset=utf-8').headers(lasting).send(code.style));
  app.get('/icon.svg', (_, reply) => reply.type('image/svg+xml').headers(lasting).send(ICON));
  app.get('/events', (_, reply) => {
    reply.hijack();
    const { raw } = reply;
    // A server in front of this one shall pass on each event as it comes.
    const streaming = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    raw.writeHead(200, { ...SAFE_HEADERS, ...streaming });
    if (!listeners.add(raw)) raw.end('retry: 60000\n\n');
  });
}

/** By their content: a browser that has them asks for them no more, and for others after an update. */
function assetPaths({ script, style }: PageCode): { readonly script: string; readonly style: string } {
  const hash = createHash('sha256').update(script).update(style).digest('hex').slice(0, 12);
  return { script: `/dashboard-${hash}.js`, style: `/dashboard-${hash}.css` };
}

function sendPage(shown: Shown, reply: FastifyReply, what: DashboardPage): FastifyReply {
  const { store, version, code } = shown;
  const data: DashboardData = { store, version, shown: what };
  return reply
    .type(HTML)
    .header('content-security-policy', PAGE_POLICY)
    .send(shellHtml(data, assetPaths(code)));
}

function trouble(shown: Shown, reply: FastifyReply, title: string, message: string): FastifyReply {
  return sendPage(shown, reply, { page: 'trouble', title, message });
}

/** What somebody asked for that there is not. */
const NOT_FOUND: ReadonlySet<ErrorCode> = new Set([
  ...(['usage', 'invalid-date', 'invalid-ticker', 'not-stored', 'unsupported-interval'] as const),
]);

function refuse(shown: Shown, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof BackfillError)
    return trouble(
      shown,
      reply.code(NOT_FOUND.has(error.code) ? 404 : 500),
      'This cannot be shown',
      error.message,
    );
  const { statusCode = 500, message = String(error) } = error as { statusCode?: number; message?: string };
  return trouble(shown, reply.code(statusCode), 'This cannot be shown', message);
}
