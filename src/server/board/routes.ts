import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  ControllerHandlerReturnType,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';
import type { Content } from '../routes.ts';

/** What somebody asks of the board. */
export interface BoardQuestion {
  /** In upper case. */
  readonly method: string;
  /** Below where the board is mounted: `/api/queues`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of JSON; undefined: none came. */
  readonly body?: unknown;
}

/** A route of the board, of one method. */
interface BoardRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly route: AppControllerRoute;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** By the ends of names of the files that its pages ask for. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': JSON_TYPE,
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};

/** Their names have a digest of what is in them. */
const LASTING = { 'cache-control': 'private, max-age=31536000, immutable' };

/**
 * The routes of a Bull Board, as it declares them to whatever serves it: here the server of the dashboard itself, which asks
 * this for an answer. Nothing that a page loads comes from elsewhere.
 */
export class BoardRoutes implements IServerAdapter {
  /** Where it is mounted, with a slash at its end. */
  readonly #base: string;
  readonly #routes: BoardRoute[] = [];
  #queues: BullBoardQueues = new Map();
  #config: UIConfig = {};
  #entry: AppViewRoute | undefined;
  #views = '';
  #statics = '';
  #errorOf: ((error: Error) => ControllerHandlerReturnType) | undefined;

  constructor(base: string) {
    this.#base = base;
  }

  setQueues(queues: BullBoardQueues): this {
    this.#queues = queues;
    return this;
  }

  setViewsPath(path: string): this {
    this.#views = path;
    return this;
  }

  setStaticPath(_route: string, path: string): this {
    this.#statics = path;
    return this;
  }

  setEntryRoute(route: AppViewRoute): this {
    this.#entry = route;
    return this;
  }

  setErrorHandler(handler: (error: Error) => ControllerHandlerReturnType): this {
    this.#errorOf = handler;
    return this;
  }

  setApiRoutes(routes: readonly AppControllerRoute[]): this {
    for (const route of routes)
      for (const method of [route.method].flat())
        for (const path of [route.route].flat())
          this.#routes.push({ method: method.toUpperCase(), pattern: patternOf(path), route });
    return this;
  }

  setUIConfig(config: UIConfig): this {
    this.#config = config;
    return this;
  }

  /** What it answers; undefined: there is no such thing. Rejects where a file cannot be read. */
  async answer(question: BoardQuestion): Promise<Content | undefined> {
    const { method, path } = question;
    if (path.startsWith('/api/')) return this.#ofApi(question);
    if (method !== 'GET') return undefined;
    return path.startsWith('/static/') ? this.#file(path.slice('/static/'.length)) : this.#page(path);
  }

  async #ofApi({ method, path, query, body = {} }: BoardQuestion): Promise<Content | undefined> {
    const found = this.#routes.find((one) => one.method === method && one.pattern.test(path));
    if (found === undefined) return undefined;
    const { route, pattern } = found;
    const params = decodedGroups(pattern, path);
    const said = await Promise.resolve()
      .then(() =>
        route.handler({
          ...{ queues: this.#queues, uiConfig: this.#config, params, body: body as Record<string, unknown> },
          ...{ query: Object.fromEntries(query), headers: {} },
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof Error) || this.#errorOf === undefined) throw error;
        return this.#errorOf(error);
      });
    const { status = 200 } = said;
    return { status, type: JSON_TYPE, body: status === 204 ? '' : JSON.stringify(said.body) };
  }

  async #page(path: string): Promise<Content | undefined> {
    const entry = this.#entry;
    if (entry === undefined || ![entry.route].flat().some((one) => patternOf(one).test(path)))
      return undefined;
    const { name, params } = entry.handler({ basePath: this.#base, uiConfig: this.#config });
    const template = await readFile(join(this.#views, name), 'utf8');
    return { type: 'text/html; charset=utf-8', body: filledIn(template, params) };
  }

  /** A file beside its pages, never one elsewhere. */
  async #file(name: string): Promise<Content | undefined> {
    const type = TYPES[extname(name)];
    if (type === undefined || !/^[\w.-]+(?:\/[\w.-]+)*$/.test(name) || name.includes('..')) return undefined;
    const body = await readFile(join(this.#statics, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EISDIR') return undefined;
      throw error;
    });
    return body && { type, headers: LASTING, body };
  }
}

/** `/queue/:queueName/:jobId` as an expression with a group for each part that stands for any one. */
function patternOf(route: string): RegExp {
  const parts = route.split('/').map((part) => (part.startsWith(':') ? `(?<${part.slice(1)}>[^/]+)` : part));
  return new RegExp(`^${parts.join('/')}$`);
}

function decodedGroups(pattern: RegExp, path: string): Record<string, string> {
  const { groups = {} } = pattern.exec(path) ?? {};
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
}

/**
 * A page of its template: what is written `<%= NAME %>` as text, `<%- NAME %>` as it is. Without what would be asked of another
 * server, and without the picture that stands there until its script runs, whose style lies in the page.
 */
function filledIn(template: string, params: Readonly<Record<string, string | undefined>>): string {
  return template
    .replaceAll(/<link [^>]*href="https?:\/\/[^>]*>/g, '')
    .replace(/(<div id="root">)[\s\S]*?(<\/div>\s*)(?=<script defer)/, '$1$2')
    .replaceAll(/<%([=-]) (\w+) %>/g, (_, how: string, name: string) => {
      const text = params[name] ?? '';
      return how === '-' ? text : escapedText(text);
    });
}

function escapedText(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (one) => names[one] ?? one);
}
