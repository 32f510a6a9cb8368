import type { Argv } from 'yargs';
import {
  BackfillError,
  type History,
  type SeriesSelection,
  coverageText,
  issuesText,
  openHistory,
  revisionsText,
  staleHint,
} from '../index.ts';
import { EXIT } from './exit-codes.ts';
import {
  given,
  parseClock,
  parseIntervals,
  parseRangeOptions,
  rangeOptions,
  storeOptions,
} from './options.ts';
import { command } from './program.ts';
import { print, tell } from './output.ts';

function options(yargs: Argv) {
  return rangeOptions(storeOptions(yargs))
    .option('missing', { type: 'boolean', default: false, describe: 'List the sessions that are missing' })
    .option('issues', {
      type: 'boolean',
      default: false,
      describe: 'List rejected rows, odd bars, unknown splits instead',
    })
    .option('revisions', {
      type: 'boolean',
      default: false,
      describe: 'List final bars that changed, with their old values, instead',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print the whole report as JSON' })
    .option('fail-under', { type: 'string', describe: 'Exit 4 if coverage is below this percentage' })
    .option('now', { type: 'string', describe: 'Pretend that it is this instant (ISO 8601)' });
}

type Options = Awaited<ReturnType<typeof options>['argv']>;

/** `check-data`: what is there, what is missing, and why. */
export const checkDataCommand = command({
  name: 'check-data',
  describe: 'Report the coverage of the store',
  options,
  run: checkData,
});

async function checkData(argv: Options): Promise<number> {
  const history = openHistory({ store: argv.store, clock: parseClock(argv.now) });
  const { tickers } = argv;
  const intervals = parseIntervals(argv.interval);
  if (argv.issues || argv.revisions) return listIssues(history, argv, given({ tickers, intervals }));
  const failUnder = parsePercent('--fail-under', argv.failUnder);
  const report = await history.coverage({ ...given({ tickers, intervals }), ...parseRangeOptions(argv) });
  await print(argv.json ? [JSON.stringify(report)] : coverageText(report, { missing: argv.missing }));
  const hint = staleHint(report);
  if (hint !== undefined) tell(hint);
  const { coverage } = report.totals;
  const { unreadable } = report;
  if (failUnder !== undefined && unreadable.length > 0) {
    tell(`${unreadable.length} of the store's files cannot be read, so that its coverage is not known`);
    return EXIT.belowCoverage;
  }
  if (failUnder === undefined) return unreadable.length > 0 ? EXIT.someFailed : EXIT.done;
  if (coverage !== null && coverage >= failUnder) return EXIT.done;
  tell(`Coverage ${coverage === null ? 'of nothing' : `${coverage}%`} is below --fail-under ${failUnder}`);
  return EXIT.belowCoverage;
}

async function listIssues(history: History, argv: Options, selection: SeriesSelection): Promise<number> {
  if (argv.issues && argv.revisions)
    throw new BackfillError('usage', '--issues and --revisions contradict each other; give one');
  const whole = argv.failUnder ?? argv.days ?? argv.years ?? argv.start ?? argv.end;
  if (whole !== undefined || argv.missing) {
    const name = argv.issues ? '--issues' : '--revisions';
    throw new BackfillError(
      'usage',
      `${name} lists all there is: it takes no range, no --missing, no --fail-under`,
    );
  }
  if (argv.issues) {
    const issues = await history.issues(selection);
    await print(argv.json ? [JSON.stringify(issues)] : issuesText(issues));
    return issues.unreadable.length > 0 ? EXIT.someFailed : EXIT.done;
  }
  const damaged: string[] = [];
  const onDamage = ({ message }: BackfillError): void => void damaged.push(message);
  const revisions = await history.revisions({ ...selection, onDamage });
  await print(argv.json ? [JSON.stringify(revisions)] : revisionsText(revisions));
  for (const message of damaged) tell(`left out: ${message}`);
  return damaged.length > 0 ? EXIT.someFailed : EXIT.done;
}

function parsePercent(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(text);
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent;
  throw new BackfillError('usage', `${name} ${text}: must be a percentage from 0 to 100`);
}
