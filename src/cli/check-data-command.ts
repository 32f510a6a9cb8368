import type { Argv } from 'yargs';
import { coverageText, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { given, parseClock, parseIntervals, rangeOptions, storeOptions } from './options.ts';
import { print, tell } from './output.ts';

function options(yargs: Argv) {
  return rangeOptions(storeOptions(yargs))
    .option('missing', { type: 'boolean', default: false, describe: 'List the sessions that are missing' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the whole report as JSON' })
    .option('fail-under', { type: 'number', describe: 'Exit 4 if coverage is below this percentage' })
    .option('now', { type: 'string', describe: 'Pretend that it is this instant (ISO 8601)' });
}

type Options = Awaited<ReturnType<typeof options>['argv']>;

/** `check-data`: what is there, what is missing, and why. Sets the process's exit code. `command` is its name: `$0` where it is a program of its own. */
export function addCheckData(yargs: Argv, command = 'check-data'): void {
  yargs.command(command, 'Report the coverage of the store', options, async (argv) => {
    process.exitCode = await checkData(argv);
  });
}

async function checkData(argv: Options): Promise<number> {
  const history = openHistory({ store: argv.store, clock: parseClock(argv.now) });
  const { tickers, days, years, start, end } = argv;
  const intervals = parseIntervals(argv.interval);
  const report = await history.coverage(given({ tickers, days, years, start, end, intervals }));
  await print(argv.json ? [JSON.stringify(report)] : coverageText(report, { missing: argv.missing }));
  const { coverage } = report.totals;
  if (argv.failUnder === undefined || (coverage !== null && coverage >= argv.failUnder)) return EXIT.done;
  tell(
    `Coverage ${coverage === null ? 'of nothing' : `${coverage}%`} is below --fail-under ${argv.failUnder}`,
  );
  return EXIT.belowCoverage;
}
