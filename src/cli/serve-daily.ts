import {
  type BackfillError,
  type BackfillOptions,
  type History,
  type HistoryOptions,
  type RunObserver,
  observedBy,
  openHistory,
} from '../index.ts';
import { type Daily, assertKeys, assertStoreExists, everyDay, inZone, onceFree } from '../terminal.ts';
import { RUN, type RunValues, cutOf, requestsOf } from './backfill-command.ts';
import type { DAILY } from './daily-option.ts';
import { type ListensAt, addressOf, startedAt } from './dashboard-option.ts';
import type { Declaration, Declarations, ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { type Filled, done } from './fill.ts';
import { messageInFlags } from './in-flags.ts';
import { tellNotes } from './notes.ts';
import { openObservers } from './observers.ts';
import { followedBy, keysOf } from './on-done.ts';
import { TICKERS, given } from './options.ts';
import { exitCodeOfError, print, reportError, tell } from './output.ts';
import { assertItsInstant, connectionOf } from './provider-options.ts';
import { type SignalStop, stopOnSignal } from './signals.ts';

/** What a run has that is carried out unattended, again and again, and shown by a server anyway. */
const {
  dashboard: _,
  json: _json,
  'dry-run': _dryRun,
  'retry-failed': _retryFailed,
  async: _async,
  ...EVERY_RUN
} = RUN;

/** The options of the runs of `--daily`, of no effect without it. */
export const DAILY_RUN = onlyDaily({
  tickers: { ...TICKERS.tickers, otherwise: 'portfolio, or what the provider lists' },
  ...EVERY_RUN,
});

/** Options that need `--daily`, but for those that say of which store and by which clock. */
function onlyDaily<const Options extends Declarations>(options: Options): Options {
  const all = Object.entries<Declaration>(options).map(([name, one]): [string, Declaration] => [
    name,
    name === 'store' || name === 'now' || name === 'queue'
      ? one
      : { ...one, needs: { daily: 'given', ...one.needs } },
  ]);
  return Object.fromEntries(all) as Options;
}

type DailyValues = ValuesOf<typeof DAILY_RUN & typeof DAILY> & ListensAt;

/** What the runs of a server have in common. */
interface DailyRuns {
  readonly argv: RunValues;
  readonly connection: HistoryOptions;
  readonly requests: readonly BackfillOptions[];
  readonly history: History;
  readonly signals: SignalStop;
  readonly assertKept: () => Promise<void>;
  /** Tells what is to come next, in a line. */
  readonly say: (line: string) => void;
  /** It has come: from now on something is in flight. */
  readonly begin: () => void;
}

/** `backfill serve --daily`: shows a store, and has a run fill it once a day until it is stopped. Gives the exit code. */
export async function serveDaily(values: DailyValues, daily: Daily): Promise<number> {
  const argv = {
    ...values,
    dashboard: undefined,
    json: false,
    dryRun: false,
    retryFailed: false,
    async: false,
  };
  const connection = await connectionOf(argv);
  const requests = requestsOf(argv);
  const history = openHistory(connection);
  let isRunning = false;
  const signals = stopOnSignal(() => isRunning);
  const opened: { close(): Promise<void> }[] = [history];
  try {
    await assertRunnable(requests, connection, { history, stop: signals.stop });
    const assertKept = storeKept(values.store, history);
    await assertKept();
    const observers = await openObservers(argv, history);
    opened.push(observers);
    let next: string | null = null;
    const { host, port, store, logFile, quiet, queue } = values;
    const dashboard = await startedAt(
      { host, port },
      { history, store, hasRuns: true, next: () => next, ...given({ queue }) },
    );
    opened.push(dashboard);
    // Else there are the events of its runs.
    if (logFile === '-') tell(addressOf(dashboard));
    else await print([addressOf(dashboard)]);
    const say = (line: string): void => {
      next = line;
      if (!quiet) tell(line);
    };
    const begin = (): void => void ([isRunning, next] = [true, null]);
    const runs = { argv, connection, requests, history, signals, assertKept, say, begin };
    let code: number = EXIT.done;
    const run = async (): Promise<void> => {
      code = await carryOut(runs, observedBy([observers.watch(), dashboard.observer]));
      isRunning = false;
    };
    const onNext = (at: number): void => say(`Next run: ${inZone(at, daily.zone)}`);
    await everyDay(daily, { ...given({ clock: argv.now }), stop: signals.stop, onNext, run });
    return code === signals.signal() ? code : EXIT.done;
  } finally {
    for (const one of opened.toReversed()) await one.close();
    signals.release();
  }
}

/** Refuses what every run would refuse; what the network keeps from being known now is for the run to find. Throws `usage`. */
async function assertRunnable(
  requests: readonly BackfillOptions[],
  connection: HistoryOptions,
  { history, stop }: { readonly history: History; readonly stop: AbortSignal },
): Promise<void> {
  if (requests.some(({ derive }) => !derive)) {
    assertItsInstant(connection);
    assertKeys(connection);
  }
  const [request] = requests;
  await history.universe({ ...request, stop }).catch((error: unknown) => {
    if (exitCodeOfError(error) === EXIT.usage) throw error;
  });
}

/** Throws `usage` where there was a store when it was called before, and is none now: a run would begin another in its place. */
function storeKept(store: string, history: History): () => Promise<void> {
  let isThere = false;
  return async () => {
    if (isThere) await assertStoreExists(store);
    else isThere = (await history.whyNone()) === undefined;
  };
}

/** One run, as soon as nobody else writes the store; whatever becomes of it is told. Gives its exit code. */
async function carryOut(
  { argv, connection, requests, history, signals, assertKept, say, begin }: DailyRuns,
  watching: RunObserver,
): Promise<number> {
  const { quiet, onDone } = argv;
  const { stop } = signals;
  const onHeld = (error: BackfillError): void =>
    say(`The run waits, and tries every five minutes for six hours: ${messageInFlags(error)}`);
  const fill = async (besides?: RunObserver): Promise<Filled> => {
    let isTold = false;
    const end = (): void => void (isTold = true);
    const own = { note: () => undefined, ended: end, failed: end };
    const observer = observedBy([watching, own, ...(besides === undefined ? [] : [besides])]);
    const filled = async (): Promise<Filled> => {
      begin();
      await tellNotes(history, quiet ? 'warnings' : 'all');
      return done({ history, requests, telling: argv, observer }, cutOf(argv), signals);
    };
    try {
      await assertKept();
      const filledNow = await onceFree(() => history.holding(filled), { stop, onHeld });
      await assertKept();
      return filledNow;
    } catch (error) {
      if (!isTold) observer.failed(error);
      throw error;
    }
  };
  try {
    if (onDone !== undefined) return await followedBy(onDone, fill, keysOf(connection));
    return (await fill()).code;
  } catch (error) {
    return reportError('backfill', error);
  }
}
