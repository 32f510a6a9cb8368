/** From the least to the most important. */
export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** What a field holds; with `?` an event may lack it. */
interface Kinds {
  readonly text: string;
  readonly texts: readonly string[];
  readonly number: number;
}
type Kind = keyof Kinds;

interface Declaration {
  readonly level: Level;
  readonly fields: Readonly<Record<string, Kind | `${Kind}?`>>;
}

const COUNTS = {
  ...{ series: 'number', complete: 'number', fetched: 'number', failed: 'number', unavailable: 'number' },
  ...{ not_run: 'number', bars: 'number', inserted: 'number', changed: 'number', revised: 'number' },
  ...{ rejected: 'number', duration_ms: 'number' },
} as const satisfies Declaration['fields'];

/** Of a task that a worker took from a queue, for one series. */
const LEASE = {
  ...{ coordinator_id: 'text', lease_key: 'text', node_id: 'text', interval: 'text', batch_start: 'text' },
  ...{ batch_end: 'text', world: 'text', requested_as_of: 'text', worker: 'text', lease_token: 'text' },
  ...{ lease_until_ms: 'number', completion_ratio: 'number', reason: 'text' },
} as const satisfies Declaration['fields'];

/**
 * The events of runs, by name. Names and fields are stable: another one is a feature, a change of one breaks whoever reads
 * them. What each says stands in the README.
 */
export const EVENTS = {
  'backfill.started': { level: 'info', fields: { batch: 'number?', batches: 'number?' } },
  'backfill.next_provider': { level: 'info', fields: { before: 'texts', unnamed: 'number?' } },
  'backfill.second_opinion': { level: 'info', fields: { sessions: 'number', requests: 'number' } },
  'backfill.listed': { level: 'info', fields: { tickers: 'number', listed_at: 'text' } },
  'backfill.damaged': {
    level: 'warn',
    fields: { path: 'text', error: 'text', ticker: 'text?', interval: 'text?' },
  },
  'backfill.planned': {
    level: 'info',
    fields: {
      ...{ intervals: 'texts', range: 'text?', series: 'number', complete: 'number', to_fill: 'number' },
      ...{ unavailable: 'number', sessions: 'number', requests: 'number', quota_ms: 'number?' },
    },
  },
  'backfill.fetching': { level: 'info', fields: { workers: 'number' } },
  'backfill.task_started': { level: 'debug', fields: { task: 'text', requests: 'number' } },
  'backfill.collected': { level: 'info', fields: { task: 'text', requests: 'number' } },
  'backfill.answered': {
    level: 'debug',
    fields: {
      ...{ want: 'text', bars: 'number?', missing: 'number?', fetch_ms: 'number?', store_ms: 'number?' },
      error: 'text?',
    },
  },
  'backfill.ticker_done': {
    level: 'info',
    fields: {
      ...{ ticker: 'text', interval: 'text', result: 'text', bars: 'number', inserted: 'number' },
      ...{ changed: 'number', revised: 'number', rejected: 'number', missing: 'number' },
      ...{ fetch_ms: 'number', store_ms: 'number', done: 'number', total: 'number' },
    },
  },
  'backfill.symbol_error': {
    level: 'warn',
    fields: {
      ...{ symbol: 'text', error: 'text', code: 'text', interval: 'text', from: 'text', to: 'text' },
    },
  },
  'backfill.throttled': { level: 'warn', fields: { throttles: 'number', paused_ms: 'number' } },
  'backfill.stopped': { level: 'warn', fields: { reason: 'text', error: 'text' } },
  'backfill.finished': {
    level: 'info',
    fields: {
      ...COUNTS,
      ...{ runs: 'texts', stopped: 'text?', waiting: 'number', requests: 'number', sent: 'number' },
      ...{ succeeded: 'number', retries: 'number', throttles: 'number', bytes: 'number' },
    },
  },
  'backfill.batch_done': {
    level: 'info',
    fields: {
      ...COUNTS,
      ...{ batch: 'number', batches: 'number', first: 'number', last: 'number', total: 'number' },
    },
  },
  'backfill.failed': { level: 'error', fields: { error: 'text', code: 'text?', stack: 'text?' } },
  'seamless.backfill.coordinator_claimed': { level: 'info', fields: LEASE },
  'seamless.backfill.coordinator_completed': { level: 'info', fields: LEASE },
  'seamless.backfill.coordinator_failed': { level: 'warn', fields: LEASE },
} as const satisfies Readonly<Record<`${'seamless.' | ''}backfill.${string}`, Declaration>>;

export type EventName = keyof typeof EVENTS;

type Fields<Name extends EventName> = (typeof EVENTS)[Name]['fields'];
type Optional<F> = { [Key in keyof F]: F[Key] extends `${string}?` ? Key : never }[keyof F];
type ValueOf<Type> = Type extends `${infer K extends Kind}?`
  ? Kinds[K]
  : Type extends Kind
    ? Kinds[Type]
    : never;

/** What an event has to say, beside what all have in common. */
export type Said<Name extends EventName> = {
  readonly [Key in Exclude<keyof Fields<Name>, Optional<Fields<Name>>>]: ValueOf<Fields<Name>[Key]>;
} & { readonly [Key in Optional<Fields<Name>>]?: ValueOf<Fields<Name>[Key]> | undefined };

/** What every event has in common: of which run on record it is, once that has begun, and whom that asks. */
export interface About {
  readonly run?: string | undefined;
  readonly provider?: string | undefined;
}

/** Takes an event. */
export type Log = <Name extends EventName>(name: Name, about: About, said: Said<Name>) => void;
