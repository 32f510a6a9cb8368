import { BackfillError } from '../index.ts';
import type { Variable } from './variables.ts';

/** A variable that other programs of this kind read, and the option that it sets here. */
interface OtherName {
  readonly option: string;
  /** It is of that provider alone: it counts where that one is asked, and nothing of our own names sets the option. */
  readonly provider?: string;
  /** Another program may own it in the environment: then it counts only where it stands in a file for this one. */
  readonly isGeneric?: true;
  /** Whether its value is meant for the option: else the variable is of something that is not here. Default: it is. */
  readonly isMeant?: (value: string) => boolean;
  /** Where that one is set in the same place, this one says nothing. Default: both must agree. */
  readonly givesWayTo?: string;
  /** What the option takes for what the variable says. Throws `usage`. Default: the same. */
  readonly read?: (variable: Variable) => string;
}

/** By variable. Where several of one place set the same option, they must agree. */
export const OTHER_NAMES: ReadonlyMap<string, OtherName> = new Map<string, OtherName>([
  ['BACKFILL_CONCURRENT_REQUESTS', { option: 'in-flight' }],
  ['WORKER_CONCURRENCY', { option: 'concurrency' }],
  ['WORKER_MAX_TASKS_PER_CHILD', { option: 'recycle-after' }],
  // Celery's broker may be none that is known here.
  ['CELERY_BROKER_URL', { option: 'queue', isMeant: (value) => /^(?:redis|valkey)s?:\/\//.test(value) }],
  ['QMTL_SEAMLESS_WORKER', { option: 'worker-id' }],
  ['QMTL_WORKER_ID', { option: 'worker-id', givesWayTo: 'QMTL_SEAMLESS_WORKER' }],
  ['BATCH_SIZE', { option: 'batch-size', isGeneric: true }],
  ['RATE_LIMIT_DELAY', { option: 'request-delay', isGeneric: true, read: secondsOf }],
  ['TASK_DELAY', { option: 'request-delay', isGeneric: true, read: secondsOf }],
  ['POLYGON_RATE_LIMIT', { option: 'rate-limit', provider: 'polygon', read: ratesOf }],
  ['LOG_LEVEL', { option: 'quiet', isGeneric: true, read: isQuiet }],
]);

/** What the dashboard asks for: no option, as others on this machine read a command line. */
export const TOKEN_VARIABLE = 'BACKFILL_TOKEN';

/** A variable that is known and sets nothing, as there is nothing here that it is for, or not yet. */
interface WithoutEffect {
  readonly why: string;
  readonly isGeneric?: true;
  /** Only that it is there is shown. */
  readonly isSecret?: true;
}

const NO_BACKEND = 'what became of a task comes by the queue that handed it out';
const NO_CONTAINER = 'nothing here asks whether it runs in a container or as root';

/** By variable. */
export const WITHOUT_EFFECT: ReadonlyMap<string, WithoutEffect> = new Map<string, WithoutEffect>([
  ['CELERY_RESULT_BACKEND', { why: NO_BACKEND, isSecret: true }],
  ['DOCKER_ENV', { why: NO_CONTAINER, isGeneric: true }],
  ['C_FORCE_ROOT', { why: NO_CONTAINER, isGeneric: true }],
]);

/** Variables by which a command of `--on-done` is told what was done: where that is one of ours, they set nothing. */
export const TOLD_VARIABLES = [
  ...(['BACKFILL_EXIT_CODE', 'BACKFILL_RESULT', 'BACKFILL_RUN_ID', 'BACKFILL_ERROR'] as const),
  ...(['BACKFILL_FETCHED', 'BACKFILL_FAILED', 'BACKFILL_UNAVAILABLE', 'BACKFILL_NOT_RUN'] as const),
  ...(['BACKFILL_BARS', 'BACKFILL_REQUESTS'] as const),
] as const;

/** Times are seconds there, and have a unit here. */
function secondsOf({ value }: Variable): string {
  return /^\d+(\.\d+)?$/.test(value) ? `${value}s` : value;
}

/** A bare number is of requests a minute there. */
function ratesOf({ value }: Variable): string {
  return /^\d+$/.test(value) ? `${value}/min` : value;
}

const LOUD = new Set(['trace', 'debug', 'verbose', 'info', 'notice']);
const QUIET = new Set(['warn', 'warning', 'error', 'critical', 'fatal', 'silent', 'off', 'none']);

/** A level from which on warnings and errors are all that is left. */
function isQuiet({ value, source }: Variable): string {
  const level = value.toLowerCase();
  if (LOUD.has(level)) return 'false';
  if (QUIET.has(level)) return 'true';
  throw new BackfillError(
    'usage',
    `${source}: ${value} is no level; write DEBUG or INFO, or WARNING or ERROR for --quiet`,
  );
}
