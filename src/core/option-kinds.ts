import { BackfillError } from './errors.ts';
import { assertKnown } from './known-names.ts';
import { shown } from './shown.ts';

/** What a value can have to be, in the words of a message. */
const KINDS = {
  'an object': isObject,
  'a text': (value: unknown) => typeof value === 'string',
  'the path of a folder': (value: unknown) => typeof value === 'string' && value !== '',
  'a function': (value: unknown) => typeof value === 'function',
  'true or false': (value: unknown) => typeof value === 'boolean',
  'an object of texts': (value: unknown) =>
    isObject(value) && Object.values(value).every((one) => ['string', 'undefined'].includes(typeof one)),
  'a time in ms above 0': (value: unknown) => typeof value === 'number' && value > 0,
  'an AbortSignal, such as the signal of an AbortController': isAbortSignal,
} as const;

export type Kind = keyof typeof KINDS;

const STOP: Kind = 'an AbortSignal, such as the signal of an AbortController';

/** What an option must be that means the same wherever it stands. Of others who reads them sees to it. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  stop: STOP,
  ...all('a function', ['onEvent', 'onDamage', 'onProgress', 'onLease', 'onNote', 'carryOut']),
  ...all('a function', ['clock', 'now', 'next', 'log']),
  ...all('true or false', ['includeProvisional', 'everything', 'derive', 'retryFailed', 'secondOpinion']),
  ...all('true or false', ['keeps', 'keepNew', 'inAdvance', 'perTicker', 'fix', 'offline']),
  ...all('true or false', ['dryRun', 'hasRuns']),
  // An empty one is the folder that a program happens to run in.
  stateFolder: 'the path of a folder',
  ...all('a text', ['plan', 'quotaUrl', 'queue', 'name', 'host', 'token', 'source']),
  ...all('a text', ['url', 'world', 'requestedAsOf']),
  ...all('an object of texts', ['secrets', 'listUrls']),
  ...all('an object', ['module', 'settings']),
  timeoutMs: 'a time in ms above 0',
};

function all(kind: Kind, names: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

/** Throws `usage` for a value of another kind. `of`: what was called; `what`: which of its values it is. */
export function assertKind(of: string, what: string, value: unknown, must: Kind): void {
  if (KINDS[must](value)) return;
  throw new BackfillError('usage', `${of}: ${what} ${shown(value)}: must be ${must}`);
}

/** Throws `usage` for what is no object of options, for a name that nothing reads, and for a value that cannot be meant. */
export function assertOptions(
  of: string,
  given: unknown,
  names: Readonly<Record<string, true>>,
  what = 'the options',
): void {
  assertKind(of, what, given, 'an object');
  assertKnown(of, given, names);
  for (const [name, value] of Object.entries(given as object)) {
    const kind = Object.hasOwn(KIND_OF, name) ? KIND_OF[name] : undefined;
    if (kind !== undefined && value !== undefined) assertKind(of, name, value, kind);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** By what is asked of it: a signal may be of another realm. */
function isAbortSignal(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  );
}
