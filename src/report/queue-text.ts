import { queueCommand } from '../core/for-shell.ts';
import type { Interval } from '../core/session/interval.ts';
import { utcMinute } from './listed-text.ts';
import type { Page } from './page.ts';
import { type Column, fittedTable, formatCount, formatDuration, plural } from './table.ts';

/** A process that works for a queue, as it told last. */
interface ToldMachine {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly role: string;
  readonly threads: number;
  readonly inWork: number;
  readonly perMinute: number;
  readonly silentMs: number;
  readonly isAlive: boolean;
  readonly isDraining: boolean;
  readonly trouble?: string;
}

interface ToldDepth {
  readonly provider: string;
  readonly store: string | null;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly oldestMs: number | null;
}

interface ToldRun {
  readonly id: string;
  readonly state: string;
  readonly store: string;
  readonly planner: string;
  readonly plannerSilentMs: number;
}

/** What there is to say of a queue. */
export interface QueueStanding {
  readonly server: string;
  readonly depths: readonly ToldDepth[];
  readonly machines: readonly ToldMachine[];
  readonly runs: readonly ToldRun[];
}

const DEPTHS: readonly Column<ToldDepth>[] = [
  { title: 'QUEUE', text: ({ provider }) => provider },
  { title: 'STORE', text: ({ store }) => store ?? 'any', leftOut: 3 },
  { title: 'WAITING', text: ({ waiting }) => formatCount(waiting), right: true },
  { title: 'IN WORK', text: ({ active }) => formatCount(active), right: true },
  { title: 'DELAYED', text: ({ delayed }) => formatCount(delayed), right: true, leftOut: 2 },
  { title: 'PARKED', text: ({ failed }) => formatCount(failed), right: true },
  {
    title: 'OLDEST',
    text: ({ oldestMs }) => (oldestMs === null ? '' : formatDuration(oldestMs)),
    right: true,
    leftOut: 1,
  },
];

const MACHINES: readonly Column<ToldMachine>[] = [
  { title: 'WORKER', text: ({ name }) => name },
  { title: 'HOST', text: ({ host, pid }) => `${host}:${pid}`, leftOut: 2 },
  { title: 'ROLE', text: ({ role }) => role, leftOut: 1 },
  { title: 'THREADS', text: ({ threads }) => formatCount(threads), right: true },
  { title: 'IN WORK', text: ({ inWork }) => formatCount(inWork), right: true },
  { title: 'TASKS/MIN', text: ({ perMinute }) => formatCount(perMinute), right: true },
  { title: 'HEARD', text: heardText },
];

const RUNS: readonly Column<ToldRun>[] = [
  { title: 'RUN', text: ({ id }) => id },
  { title: 'STATE', text: ({ state }) => state },
  { title: 'STORE', text: ({ store }) => store, leftOut: 1 },
  { title: 'PLANNER', text: plannerText },
];

/** How a queue stands: its depths, its machines, its runs. */
export function queueText({ server, depths, machines, runs }: QueueStanding, page: Page): string[] {
  const none = `No worker is there; start one: ${queueCommand('worker', { queue: server })}`;
  return [
    `Queue ${server}`,
    ...section(DEPTHS, depths, page, 'Nothing waits, and nothing was ever handed out.'),
    '',
    ...section(MACHINES, machines, page, none),
    ...machines.flatMap(({ name, trouble }) =>
      trouble === undefined ? [] : `${name} takes nothing now: ${trouble}`,
    ),
    ...(runs.length === 0 ? [] : ['', ...section(RUNS, runs, page, '')]),
    ...runs
      .filter(isOrphan)
      .map((run) => `Go on with it: ${queueCommand(`attach ${run.id}`, { ...run, queue: server })}`),
  ];
}

function section<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  page: Page,
  none: string,
): string[] {
  if (rows.length === 0) return [none];
  const { head, rows: lines } = fittedTable(columns, rows, page.columns);
  return [head, ...lines.flat()];
}

function heardText({ silentMs, isAlive, isDraining }: ToldMachine): string {
  if (!isAlive) return `gone for ${formatDuration(silentMs)}`;
  return isDraining ? 'ends' : 'there';
}

function isOrphan({ plannerSilentMs }: Pick<ToldRun, 'plannerSilentMs'>): boolean {
  return plannerSilentMs > 15_000;
}

function plannerText({ planner, plannerSilentMs }: ToldRun): string {
  return isOrphan({ plannerSilentMs }) ? 'gone' : planner;
}

/** The workers of a run, in a line: `Workers: one (4 threads), two (8 threads)`. */
export function workersLine(machines: readonly Pick<ToldMachine, 'name' | 'threads'>[]): string {
  const named = machines
    .slice(0, MOST_NAMED)
    .map(({ name, threads }) => `${name} (${plural(threads, 'thread')})`);
  const more = machines.length - named.length;
  return `Workers: ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

const MOST_NAMED = 10;

/** What a server and its machines said to a ping. */
export interface PingSaid {
  readonly server: string;
  readonly kind: string;
  readonly version: string;
  readonly roundTripMs: number;
  readonly maxmemoryPolicy: string;
  readonly isAppendOnly: boolean;
  readonly refuses: string | null;
  readonly machines: readonly {
    readonly name: string;
    readonly host: string;
    readonly pid: number;
    readonly answeredMs: number | null;
  }[];
}

/** What a queue's server has that loses tasks, or keeps any from being handed out. */
export function pingWarnings({ maxmemoryPolicy, isAppendOnly, refuses }: PingSaid): string[] {
  return [
    ...(refuses === null ? [] : [`it refuses what is written: ${refuses}`]),
    ...(maxmemoryPolicy === 'noeviction'
      ? []
      : [
          `maxmemory-policy is ${maxmemoryPolicy}: when its memory is full it drops tasks; set it to noeviction`,
        ]),
    ...(isAppendOnly
      ? []
      : ['appendonly is off: what it was told since its last snapshot is lost with it; set it to yes']),
  ];
}

export function pingText(said: PingSaid): string[] {
  const { server, kind, version, roundTripMs, machines } = said;
  const answered = machines.filter(({ answeredMs }) => answeredMs !== null);
  return [
    `${server}: ${kind} ${version}, ${roundTripMs} ms`,
    machines.length === 0
      ? 'No worker is there.'
      : `${formatCount(answered.length)} of ${plural(machines.length, 'worker')} answered within a second`,
    ...machines.map(
      ({ name, host, pid, answeredMs }) =>
        `  ${name} (${host}:${pid}) ${answeredMs === null ? 'did not answer' : `after ${answeredMs} ms`}`,
    ),
  ];
}

interface ToldWaiting {
  readonly provider: string;
  readonly run: string;
  readonly tasks: number;
}

/** `3 tasks of run R1 (yahoo)` of each. */
export function waitingText(waiting: readonly ToldWaiting[]): string[] {
  return waiting.map(({ provider, run, tasks }) => `  ${plural(tasks, 'task')} of run ${run} (${provider})`);
}

interface ToldLease {
  readonly provider: string;
  readonly worker: string;
  readonly since: number;
  readonly until: number | null;
  readonly isOverdue: boolean;
  readonly parts: readonly { readonly coordinator_id: string; readonly lease_key: string }[];
}

interface LeaseRow extends Omit<ToldLease, 'parts'> {
  readonly run: string;
  readonly key: string;
}

const LEASES: readonly Column<LeaseRow>[] = [
  { title: 'RUN', text: ({ run }) => run, leftOut: 1 },
  { title: 'LEASE', text: ({ key }) => key },
  { title: 'WORKER', text: ({ worker }) => worker },
  {
    title: 'UNTIL',
    text: ({ until, isOverdue }) =>
      isOverdue || until === null ? 'overdue' : new Date(until).toISOString().slice(11, 19),
  },
  { title: 'SINCE', text: ({ since }) => utcMinute(since), leftOut: 2 },
];

/** Tasks in work, a line each series. */
export function leasesText(leases: readonly ToldLease[], page: Page): string[] {
  const rows = leases.flatMap(({ parts, ...lease }): LeaseRow[] =>
    (parts.length === 0 ? [{ coordinator_id: '?', lease_key: lease.provider }] : parts).map(
      ({ coordinator_id: run, lease_key: key }) => ({ ...lease, run, key }),
    ),
  );
  return section(LEASES, rows, page, 'No task is in work.');
}

interface ToldWork {
  readonly interval: Interval;
  readonly tickers: readonly string[];
  readonly start: string;
  readonly end: string;
}

/** What is run again of what was parked, in a line: `Again: 3 tickers of 1d, 2026-01-02 to 2026-03-02: AAPL, …`. */
export function againLine({ interval, tickers, start, end }: ToldWork): string {
  const named = tickers.slice(0, MOST_NAMED).join(', ');
  const more = tickers.length > MOST_NAMED ? ', …' : '';
  return `Again: ${plural(tickers.length, 'ticker')} of ${interval}, ${start} to ${end}: ${named}${more}`;
}
