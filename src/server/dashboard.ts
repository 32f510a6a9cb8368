import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { BackfillError } from '../core/errors.ts';
import type { Names } from '../core/known-names.ts';
import { assertKind, assertOptions } from '../core/option-kinds.ts';
import { isLoopback } from '../core/loopback.ts';
import type { History } from '../library/history.ts';
import { StorePlace } from '../library/store-place.ts';
import { pageCode } from '../library/page-code.ts';
import { programVersion } from '../library/version.ts';
import { listenAt, stopListening } from '../monitor/listen.ts';
import type { RunObserver } from '../monitor/observer.ts';
import type { RunSnapshot } from '../report/dashboard/live-data.ts';
import { type SameAsHere, pastedIn, storeOption } from '../report/told-commands.ts';
import { openStore } from '../store/open.ts';
import { withoutPassword } from '../core/without-password.ts';
import type { ShownQueues } from './board/queues.ts';
import { Listeners } from './listeners.ts';
import { LiveRuns } from './live-runs.ts';
import { StoreWatch } from './store-watch.ts';
import { type Trouble, troubleOf } from './store-trouble.ts';

/** Where a dashboard listens if nobody says. */
export const DASHBOARD_HOST = '127.0.0.1';
/** The port on which it listens if nobody says. */
export const DASHBOARD_PORT = 8321;

/** How often listeners are told what changed, and how often the pace is measured, in ms. */
const TELL_EVERY_MS = 250;
const MEASURE_EVERY_MS = 1000;

/** How long a browser may take to be told the end, in ms. */
const LAST_WORD_MS = 300;

/** A shorter one could be guessed by somebody who keeps asking. */
const SHORTEST_TOKEN = 16;

/** What a dashboard shows, and where. */
export interface DashboardOptions {
  /** What it shows. It has to be open for as long as the dashboard is. */
  readonly history: History;
  /** Where that keeps its bars, as it is told: without the password of a URL. */
  readonly store: string;
  /** Address or name to listen at. Default `127.0.0.1`: only this machine reaches it. */
  readonly host?: string;
  /** 0: any free one. Default 8321. */
  readonly port?: number;
  /**
   * What everybody has to bring: in the address once (`?token=…`), or as `Authorization: Bearer …`. At least 16 of the
   * characters `A-Z a-z 0-9 _ - . ~`. Default: made up where others than this machine reach it, else none is needed.
   */
  readonly token?: string;
  /** Runs of this process are shown, which `observer` is told of; else those on record alone. Default false. */
  readonly hasRuns?: boolean;
  /**
   * What is to come of a process that lives on between its runs, in a line; null: nothing while one goes on. It is shown, with
   * the store as it is meanwhile and others that write it. Default: the process ends with its runs.
   */
  readonly next?: () => string | null;
  /**
   * Options by which a run that its pages propose asks the same source, as they stand in a command, each after a space:
   * ` --provider sample`. Its store is named in each command. Default: none.
   */
  readonly source?: string;
  /**
   * Redis whose queues machines share, such as `redis://HOST:6379`: they are shown with the machines, and below `/queues` tasks
   * can be looked at, retried and removed. Default: there are none.
   */
  readonly queue?: string;
}

/** A server that shows a store, and the run of this process. */
export interface Dashboard {
  /** Where a browser finds it. */
  readonly url: string;
  /** The token that was made up, which nobody is told otherwise; undefined: it was given, or none is needed. */
  readonly madeUp: string | undefined;
  /** Whether others than this machine reach it. */
  readonly isPublic: boolean;
  /** Is told of runs that it shows. */
  readonly observer: RunObserver;
  /** Tells browsers that this is the end, and ends. Throws nothing. */
  close(): Promise<void>;
}

const OPTIONS: Names<DashboardOptions> = {
  ...{ history: true, store: true, host: true, port: true, token: true, hasRuns: true },
  ...{ next: true, source: true, queue: true },
};

/**
 * Starts a dashboard. Throws `usage` where it cannot listen, and for a token that is none, and `queue-unusable` where the Redis of
 * its queues cannot be used.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  assertOptions('startDashboard', options, OPTIONS);
  assertKind('startDashboard', 'history', options.history, 'an object');
  assertKind('startDashboard', 'store', options.store, 'a text');
  const { history, host = DASHBOARD_HOST, port = DASHBOARD_PORT, hasRuns = false, next } = options;
  const token = tokenOf(options.token, host);
  const madeUp = options.token === undefined ? token : undefined;
  const runs = new LiveRuns(
    { provider: history.capabilities.id, quotas: history.capabilities.quotas },
    Date.now,
  );
  const store = withoutPassword(options.store);
  const place = await StorePlace.of(history);
  const trouble = async (): Promise<Trouble | undefined> => troubleOf(await place.look(), store);
  const how = { isAlone: hasRuns && next === undefined, next, trouble };
  const stored: StoreWatch = new StoreWatch(history, how, () => listeners.tell(stored.message));
  // Who looks at a page may be in any folder.
  const here = { store: storeOption(openStore(options.store).url), source: options.source ?? '' };
  const queues = await queuesOf(options, () => {
    for (const message of queues?.watch.messages ?? []) listeners.tell(message);
  });
  const listeners = new Listeners(() => [
    { event: 'run', data: wholeOf(runs, here) },
    ...stored.begin(runs.isRunning),
    ...(queues?.watch.begin() ?? []),
  ]);
  const code = await pageCode('dashboard');
  const shown = {
    ...{ history, store, here, trouble, version: programVersion(), hasRuns, listeners, code },
    ...(queues !== undefined && { board: queues.board }),
  };
  // Cookies are shared by all ports of a host.
  const cookie = `backfill-${port === 0 ? randomBytes(4).toString('hex') : port}`;
  // Most commands show nothing in a browser.
  const { appOf } = await import('./app.ts');
  const app = appOf(shown, { host, ...(token !== undefined && { token }), cookie });
  const bound = await listenAt(app, { host, port }, 'the dashboard cannot listen at').catch(
    async (error: unknown) => {
      await queues?.close();
      throw error;
    },
  );
  const timers = [
    setInterval(() => runs.measure(), MEASURE_EVERY_MS),
    setInterval(() => tellChange(runs, listeners, here), TELL_EVERY_MS),
    setInterval(() => stored.look(listeners.count > 0, runs.isRunning), MEASURE_EVERY_MS),
    setInterval(() => queues?.watch.look(listeners.count > 0), MEASURE_EVERY_MS),
  ];
  return {
    url: `http://${nameFor(host)}:${bound}/`,
    madeUp,
    isPublic: !isLoopback(host),
    observer: runs,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      tellChange(runs, listeners, here);
      await listeners.close({ event: 'bye', data: {} }, LAST_WORD_MS);
      await stopListening(app);
      await queues?.close();
    },
  };
}

/** The queues that it shows; undefined: none. Most dashboards are of one machine. Throws as `openQueues` does. */
async function queuesOf({ queue }: DashboardOptions, onChange: () => void): Promise<ShownQueues | undefined> {
  if (queue === undefined) return undefined;
  const { openQueues } = await import('./board/queues.ts');
  return openQueues(queue, onChange);
}

function tellChange(runs: LiveRuns, listeners: Listeners, here: SameAsHere): void {
  const change = runs.change();
  if (change === 'anew') listeners.tell({ event: 'run', data: wholeOf(runs, here) });
  else if (change !== undefined)
    listeners.tell({ event: 'change', data: { ...change, run: pastedIn(change.run, here) } });
}

function wholeOf(runs: LiveRuns, here: SameAsHere): RunSnapshot {
  const snapshot = runs.snapshot();
  return { ...snapshot, run: pastedIn(snapshot.run, here) };
}

/** Throws `usage` for a token that could not stand in an address, or could be guessed. */
function tokenOf(given: string | undefined, host: string): string | undefined {
  if (given === undefined) return isLoopback(host) ? undefined : randomBytes(24).toString('base64url');
  if (/^[\w.~-]+$/.test(given) && given.length >= SHORTEST_TOKEN) return given;
  throw new BackfillError(
    'usage',
    `the token of the dashboard must be at least ${SHORTEST_TOKEN} of the characters A-Z a-z 0-9 _ - . ~; ` +
      'leave it out, and one is made up where one is needed',
  );
}

/** How others call what listens at an address; at all addresses it goes by the name of the machine. */
function nameFor(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return isIPv6(host) ? `[${host}]` : host;
}
