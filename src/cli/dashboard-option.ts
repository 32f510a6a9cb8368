import { BackfillError, DASHBOARD_HOST, DASHBOARD_PORT, type Dashboard, startDashboard } from '../index.ts';
import type { DashboardOptions, History, OpenObserver } from '../index.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { TOKEN_VARIABLE } from './known-variables.ts';
import { OUTPUT, type STORE } from './options.ts';
import { tell, toldHere } from './output.ts';
import { parsePort } from './quantities.ts';

/** `8321`, `0.0.0.0:8321`, `[::1]:8321` */
const ADDRESS = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i;

/** What is meant for one, be it none, and not for a ticker. */
const MEANT_FOR_ADDRESS = /^(?:\[.*|.*:\d*|\d{1,5}|\d+(?:\.\d+){3}|localhost)$/i;

export const DASHBOARD = {
  dashboard: {
    value: '[[HOST:]PORT]',
    bare: { value: String(DASHBOARD_PORT), isValue: MEANT_FOR_ADDRESS },
    read: parseAddress,
    voidWith: ['dry-run', 'plan-out'],
    group: OUTPUT,
    describe: `Show the run in a browser, at http://${DASHBOARD_HOST}:${DASHBOARD_PORT} if nothing else is said`,
  },
} as const satisfies Declarations;

/** Where a dashboard listens. */
export interface ListensAt {
  readonly host: string;
  readonly port: number;
}

function parseAddress(name: string, text: string): ListensAt {
  const [, host = DASHBOARD_HOST, port] = ADDRESS.exec(text) ?? [];
  if (port === undefined)
    throw new BackfillError(
      'usage',
      `${name} ${text}: write PORT or HOST:PORT, e.g. ${DASHBOARD_PORT} or 0.0.0.0:${DASHBOARD_PORT}`,
    );
  return { host: withoutBrackets(host), port: parsePort(name, port) };
}

/** `::1` of `[::1]`, as it stands in a URL. */
export function withoutBrackets(host: string): string {
  return host.replaceAll(/[[\]]/g, '');
}

/** Shows the runs of a command in a browser, where that is asked for. Throws `usage` where it cannot. */
export async function openDashboard(
  {
    dashboard: at,
    quiet = false,
    store,
  }: ValuesOf<typeof DASHBOARD & typeof STORE> & { readonly quiet?: boolean },
  history: History,
): Promise<OpenObserver | undefined> {
  if (at === undefined) return undefined;
  const dashboard = await startedAt(at, { history, store, hasRuns: true });
  // What nobody could know otherwise is told whatever else is not.
  if (!quiet || dashboard.madeUp !== undefined) tell(`Dashboard: ${addressOf(dashboard)}`);
  return { watch: () => dashboard.observer, close: () => dashboard.close() };
}

/** Starts a dashboard with the token of the environment, if there is one. Throws `usage`. */
export async function startedAt(
  { host, port }: ListensAt,
  shown: Pick<DashboardOptions, 'history' | 'store' | 'hasRuns' | 'next' | 'queue'>,
): Promise<Dashboard> {
  const token = process.env[TOKEN_VARIABLE];
  const options = { ...shown, host, port, source: toldHere().source };
  if (token === undefined || token === '') return startDashboard(options);
  return startDashboard({ ...options, token }).catch((error: unknown) => {
    throw error instanceof BackfillError && error.message.startsWith('the token')
      ? new BackfillError('usage', `${TOKEN_VARIABLE}: ${error.message}`)
      : error;
  });
}

/** Where a browser finds it, with the token that was made up for it. */
export function addressOf({ url, madeUp }: Dashboard): string {
  return madeUp === undefined ? url : `${url}?token=${madeUp}`;
}
