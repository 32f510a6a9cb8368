import type { BarStreams } from './bar-streams.ts';
import { changeActions } from './actions-by-hand.ts';
import { parseTicker } from '../core/instrument/ticker.ts';
import { canonical, checkOptions, checkTickers, checked } from './check-request.ts';
import { coverageOf, notFoundIn } from './coverage.ts';
import { coverageHtmlOf } from './coverage-html.ts';
import { doctor } from './doctor.ts';
import { freshnessIn } from './freshness.ts';
import { fillsOf } from './fills.ts';
import { forget, forgettable, restore } from './forget.ts';
import { contradictedSplitsOf } from './hidden-splits.ts';
import type { History, HistoryOptions, ReaderOptions } from './history.ts';
import type { Engine } from './engine.ts';
import { findIssues, findRevisions } from './issues.ts';
import { Listening } from './listening.ts';
import { assertHistoryOptions, assertArguments } from './option-names.ts';
import { type Parts, partsOf, scanOptionsOf } from './parts.ts';
import { recordingOf } from './record.ts';
import { plotOf } from './plot.ts';
import { readsOf } from './reads.ts';
import { rename, renameByMapFile, renameWanted } from './rename.ts';
import { streamsOf } from './streams.ts';
import { runOnRecord, runsOnRecord } from './run-history.ts';
import { runsOf } from './runs.ts';
import { seriesStatusOf, statusOf } from './status.ts';
import { undoRename } from './undo-rename.ts';

/** Opens a store with the provider that fills it, or with none. Does no I/O yet. Throws `unknown-provider` and `usage`. */
export function openHistory(options: HistoryOptions | ReaderOptions): History {
  assertHistoryOptions(options);
  checkOptions(options);
  return historyOf(partsOf(options));
}

/** The history of parts that are open. */
export function historyOf(parts: Parts): History {
  const { engine, store, readStore, capabilities, clock, tickersToRead, universeToRead } = parts;
  const reading = { ...parts, store: readStore };
  /** Never by leaving them out: `all` has to be said. */
  const named: typeof tickersToRead = (tickers) => {
    checkTickers(tickers);
    return tickersToRead(tickers);
  };
  const calls: Calls = {
    scan: async (request = {}) => readStore.scan(await scanOptionsOf(parts, checked(request))),
    ...runsOf(parts),
    ...fillsOf(parts),
    ...readsOf(reading),
    ...recordingOf(parts.options.store, clock),
    plot: async (series, how = {}) => plotOf(reading, canonical(series), checked(how)),
    actions: (ticker) => store.readActions(parseTicker(ticker)),
    actionBook: async (ticker) => store.readActionBook(parseTicker(ticker)),
    changeActions: async (ticker, change) => changeActions(engine, parseTicker(ticker), change, clock()),
    contradictedSplits: async (ticker) => contradictedSplitsOf(store, parseTicker(ticker)),
    coverage: async (request = {}) =>
      coverageOf(readStore, capabilities, clock(), request, await universeToRead(checked(request).tickers)),
    coverageHtml: async (request = {}) =>
      coverageHtmlOf(reading, request, await universeToRead(checked(request).tickers)),
    freshness: async (request = {}) => freshnessIn(reading, checked(request)),
    whyNone: () => store.whyNone(),
    status: () => statusOf(parts),
    runs: (request = {}) => runsOnRecord(store, request),
    run: (id) => runOnRecord(store, id),
    seriesStatus: async (request = {}) => seriesStatusOf(reading, checked(request)),
    notFound: async (request) =>
      notFoundIn(
        readStore,
        capabilities,
        clock(),
        request,
        await tickersToRead(checked(request).tickers, request.stop),
      ),
    issues: async (request = {}) => findIssues(store, await scanOptionsOf(parts, checked(request)), clock()),
    revisions: async (request = {}) =>
      findRevisions(store, await scanOptionsOf(parts, checked(request)), request.onDamage),
    forgettable: async (tickers, range = {}) => forgettable(store, await named(tickers), checked(range)),
    forget: async (tickers, range = {}) => forget(engine, await named(tickers), checked(range), clock()),
    forgotten: () => store.listForgotten(),
    restore: (id, how = {}) => restore(engine, id, clock(), how),
    doctor: (request = {}) => doctor(engine, clock(), request),
    rename: async (from, to, range = {}) =>
      rename(engine, renameWanted(from, to, range, clock()), { ...range, at: clock() }),
    undoRename: async (from, to, range = {}) => undoRename(engine, renameWanted(from, to, range, clock())),
    holding: (work) => engine.holding(work),
    renameByMapFile: (path, how = {}) => renameByMapFile(engine, path, { ...how, at: clock() }),
  };
  return { capabilities, ...counted(calls, engine), ...streamsOf(reading), close: () => engine.close() };
}

/** The methods of a history that do something, but for those that give what is read on demand. */
type Calls = Omit<History, 'capabilities' | 'close' | keyof BarStreams>;

/** None takes more than three. */
type Method = (...given: [a: never, b: never, c: never]) => Promise<unknown>;

/** Has the engine know of each call from the moment it is made, and refuses what its method cannot be called with. */
function counted(calls: Calls, engine: Engine): Calls {
  const known = Object.entries<Method>(calls).map(([name, method]): [string, Method] => [
    name,
    (a, b, c) =>
      engine.call(async () => {
        assertArguments(name, [a, b, c]);
        const listening = new Listening();
        const answer = await method(listening.in(a), listening.in(b), listening.in(c));
        listening.assertHeard();
        return answer;
      }),
  ]);
  return Object.fromEntries(known) as unknown as Calls;
}
