import { type BackfillEvent, BackfillError, type OpenObserver, type RunSummary } from '../index.ts';
import { driftText, summaryText, verifyingLine } from '../terminal.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { ALL, INTERVAL, NOW, OUTPUT, RANGE, STORE, TICKERS, WHICH, given, rangeOf } from './options.ts';
import { CONNECTION, PROVIDER, assertItsInstant, connectionOf } from './provider-options.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import type { Declarations } from './declaration.ts';
import { tellNotFound } from './not-found.ts';
import { tellNotes } from './notes.ts';
import { observed } from './observers.ts';
import { parsePart, wholeFrom } from './quantities.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage, messagePage } from './page.ts';
import { startProgress } from './progress.ts';
import { LOGGED, openRunLog } from './run-log.ts';
import { stopOnSignal } from './signals.ts';

const OPTIONS = {
  tickers: { ...TICKERS.tickers, otherwise: 'all that are stored' },
  interval: { ...INTERVAL.interval, otherwise: 'all that are stored' },
  ...RANGE,
  start: { ...RANGE.start, otherwise: 'the first that is stored' },
  end: { ...RANGE.end, otherwise: 'the last final one' },
  sample: {
    value: 'N%',
    default: '1%',
    read: parsePart,
    group: WHICH,
    describe: 'Part of the final sessions to fetch again',
  },
  'sample-seed': {
    value: 'N',
    otherwise: 'today',
    read: wholeFrom(0),
    group: WHICH,
    describe: 'Another sample of the same size',
  },
  ...PROVIDER,
  ...CONNECTION,
  ...STORE,
  ...ALL,
  json: { type: 'switch', group: OUTPUT, describe: 'Print the summary as JSON' },
  ...LOGGED,
  ...NOW,
} as const satisfies Declarations;

/** `backfill verify`: does the provider still say what is stored? */
export const verifyCommand = command({
  name: 'verify',
  describe: 'Fetch a sample of what is stored again and report what changed',
  examples: [
    { does: 'One final session in a hundred', line: 'backfill verify' },
    { does: 'All of one ticker since 2024', line: 'backfill verify AAPL --start 2024-01-02 --sample 100%' },
  ],
  options: OPTIONS,
  notes:
    'WORST is the largest change of a price, as a part of the stored one. ' +
    'Exits 1 where a bar came back changed or not at all.',
  run: async (argv) => {
    if (argv.logFile === '-' && !argv.json)
      throw new BackfillError(
        'usage',
        '--log-file - is stdout, where the table goes; add --json, or give a file',
      );
    const connection = await connectionOf(argv);
    assertItsInstant(connection);
    const history = await openExisting(connection);
    const selection = given({ tickers: argv.tickers, intervals: argv.interval });
    const { stop, signal, signalOf, release } = stopOnSignal();
    const { id, quotas } = history.capabilities;
    const progress = startProgress(quotas, stop);
    let log: OpenObserver | undefined;
    try {
      log = await openRunLog(argv);
      const observer = log?.watch();
      await tellNotes(history, 'warnings');
      const found = tellNotFound(await history.notFound({ ...selection, ...rangeOf(argv), stop }));
      const onEvent = (event: BackfillEvent): void => {
        if (event.type === 'running') tell(verifyingLine(event.plan, id, quotas, event.workers));
        progress.show(event);
        observer?.note(event);
      };
      const request = { ...selection, ...given({ seed: argv.sampleSeed }), ...rangeOf(argv) };
      const summary = await observed(observer, () =>
        history.verify({ ...request, sample: argv.sample, onEvent, stop }),
      );
      progress.end();
      if (argv.json) await printJson(summary);
      else {
        for (const line of summaryText(summary, messagePage(argv.all), 'Verification')) tell(line);
        await print(driftText(summary, dataPage(argv.all)));
      }
      return summary.stopped?.reason === 'interrupted'
        ? signal()
        : exitCodeOf(summary) || found || driftCode(summary);
    } catch (error) {
      return signalOf(error);
    } finally {
      progress.end();
      release();
      await log?.close();
      await history.close();
    }
  },
});

/** Who asks whether all is as it was is told by the exit code too. */
function driftCode({ drift }: RunSummary): number {
  const isSame = Object.values(drift).every(({ changed, gone }) => changed + gone === 0);
  return isSame ? EXIT.done : EXIT.someFailed;
}
