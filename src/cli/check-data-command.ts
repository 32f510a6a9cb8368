import {
  BackfillError,
  type CoverageReport,
  type History,
  type HistoryRequest,
  type SeriesCoverage,
  type SeriesSelection,
} from '../index.ts';
import { coverageText, issuesText, revisionsText, saveText, staleHint, tied } from '../terminal.ts';
import { EXIT } from './exit-codes.ts';
import { tellLeftOut } from './left-out.ts';
import { tellNotFound } from './not-found.ts';
import { ALL, INTERVAL, NOW, OUTPUT, RANGE, STORE, TICKERS, given, rangeOf } from './options.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { parseThreshold } from './quantities.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage } from './page.ts';

const OPTIONS = {
  tickers: { ...TICKERS.tickers, otherwise: 'all that are stored' },
  interval: { ...INTERVAL.interval, otherwise: 'all that are stored' },
  ...RANGE,
  start: { ...RANGE.start, otherwise: 'the first that is known' },
  end: { ...RANGE.end, otherwise: 'the last settled one' },
  ...STORE,
  missing: {
    type: 'switch',
    voidWith: ['json'],
    group: OUTPUT,
    describe: 'List the sessions that are missing',
  },
  'only-incomplete': { type: 'switch', group: OUTPUT, describe: 'List only series that are not complete' },
  issues: {
    type: 'switch',
    group: OUTPUT,
    describe: 'List rejected rows, odd bars, unknown splits instead',
  },
  revisions: {
    type: 'switch',
    group: OUTPUT,
    describe: 'List final bars that changed, with their old values, instead',
  },
  ...ALL,
  json: { type: 'switch', group: OUTPUT, describe: 'Print the whole report as JSON' },
  html: {
    value: 'FILE',
    group: OUTPUT,
    describe: 'Write the report as a page too: one HTML file, for a browser, without a network',
  },
  'fail-under': {
    value: 'PERCENT',
    read: parseThreshold,
    group: OUTPUT,
    describe: 'Exit 4 if coverage is below this percentage',
  },
  ...NOW,
} as const satisfies Declarations;

type Options = ValuesOf<typeof OPTIONS>;

/** `check-data`: what is there, what is missing, and why. */
export const checkDataCommand = command({
  name: 'check-data',
  describe: 'Report the coverage of the store',
  examples: [
    { does: 'All that is stored', line: 'backfill check-data' },
    { does: 'What a year of two tickers lacks', line: 'backfill check-data AAPL MSFT --days 252 --missing' },
    { does: 'Fail a pipeline below 99 %', line: 'backfill check-data @tickers.txt --fail-under 99' },
    { does: 'Only what is not complete', line: 'backfill check-data --only-incomplete' },
    { does: 'A page to look at in a browser', line: 'backfill check-data --html report.html' },
    { does: 'Rejected rows, odd bars, bars that changed', line: 'backfill check-data --issues' },
  ],
  options: OPTIONS,
  notes:
    'All numbers of a line are sessions of the range that was asked for: EXP expected by the calendar, PRES of these with ' +
    'a bar, ABS known to have none (why stands below), MISS neither. COVER is the part that is there and final of those ' +
    'on which it could trade, in percent. FIRST and LAST are the first and last session with a bar, FETCHED the day of ' +
    'the last answer. What is named and not stored counts 0 %, from the first session that is known of the other series ' +
    'of its calendar and interval. The worst series come first. On a terminal alike entries are told together and long lists are cut ' +
    'short; a file or a pipe gets every line.',
  run: checkData,
});

async function checkData(argv: Options): Promise<number> {
  if (argv.issues || argv.revisions) assertListsAll(argv);
  const history = await openExisting({ store: argv.store, ...given({ clock: argv.now }) });
  const { tickers, interval: intervals, failUnder } = argv;
  if (argv.issues || argv.revisions) return listIssues(history, argv, given({ tickers, intervals }));
  const report = await reportOf(history, argv, { ...given({ tickers, intervals }), ...rangeOf(argv) });
  await (argv.json ? printJson(jsonOf(report, argv)) : print(coverageText(report, argv, dataPage(argv.all))));
  if (argv.html !== undefined) tell(`Page written to ${argv.html}`);
  const hint = staleHint(report);
  if (hint !== undefined) tell(hint.replace(/--end \S+/, tied));
  return judged(report, failUnder);
}

/** The report; where a page of it is wanted, that is written first. */
async function reportOf(
  history: History,
  { html: to, store }: Options,
  request: HistoryRequest,
): Promise<CoverageReport> {
  if (to === undefined) return history.coverage(request);
  const reports: CoverageReport[] = [];
  const make = async (): Promise<string> => {
    const { html, report } = await history.coverageHtml(request);
    reports.push(report);
    return html;
  };
  await saveText(to, make, store);
  return reports[0] as CoverageReport;
}

/** The exit code, and why coverage does not suffice. */
function judged({ totals: { coverage }, unreadable }: CoverageReport, failUnder: number | undefined): number {
  if (failUnder !== undefined && unreadable.length > 0) {
    tell(`${unreadable.length} of the store's files cannot be read, so that its coverage is not known`);
    return EXIT.belowCoverage;
  }
  if (failUnder === undefined || (coverage !== null && coverage >= failUnder))
    return unreadable.length > 0 ? EXIT.someFailed : EXIT.done;
  tell(`Coverage ${coverage === null ? 'of nothing' : `${coverage}%`} is below --fail-under ${failUnder}`);
  return EXIT.belowCoverage;
}

function jsonOf(report: CoverageReport, { onlyIncomplete }: Options): CoverageReport {
  if (!onlyIncomplete) return report;
  return { ...report, series: report.series.filter((one) => !isComplete(one)) };
}

function isComplete({ standing }: SeriesCoverage): boolean {
  return standing === 'complete';
}

/** Throws `usage` for options that a list of all there is has no use for. */
function assertListsAll(argv: Options): void {
  if (argv.issues && argv.revisions)
    throw new BackfillError('usage', '--issues and --revisions contradict each other; give one');
  const whole = argv.failUnder ?? argv.days ?? argv.years ?? argv.start ?? argv.end;
  if (whole !== undefined || argv.missing || argv.onlyIncomplete || argv.html !== undefined) {
    const name = argv.issues ? '--issues' : '--revisions';
    throw new BackfillError(
      'usage',
      `${name} lists all there is: it takes no range, no --missing, no --only-incomplete, no --html, no --fail-under`,
    );
  }
}

async function listIssues(history: History, argv: Options, selection: SeriesSelection): Promise<number> {
  if (argv.issues) {
    const issues = await history.issues(selection);
    await (argv.json ? printJson(issues) : print(issuesText(issues, dataPage(argv.all))));
    const found = tellNotFound(await history.notFound(selection));
    return issues.unreadable.length > 0 ? EXIT.someFailed : found;
  }
  const damaged: string[] = [];
  const onDamage = ({ message }: BackfillError): void => void damaged.push(message);
  const revisions = await history.revisions({ ...selection, onDamage });
  await (argv.json ? printJson(revisions) : print(revisionsText(revisions, dataPage(argv.all))));
  tellLeftOut(damaged);
  const found = tellNotFound(await history.notFound(selection));
  return damaged.length > 0 ? EXIT.someFailed : found;
}
