import type { Argv } from 'yargs';
import { BackfillError, driftText, openHistory, openingLine, summaryText } from '../index.ts';
import { exitCodeOf } from './exit-codes.ts';
import {
  connectionOptions,
  given,
  parseConnection,
  parseIntervals,
  parseRangeOptions,
  parseWhole,
  providerOptions,
  rangeOptions,
  storeOptions,
} from './options.ts';
import { command } from './program.ts';
import { print, tell } from './output.ts';
import { stopOnSignal } from './signals.ts';

function options(yargs: Argv) {
  return connectionOptions(providerOptions(rangeOptions(storeOptions(yargs))))
    .option('sample', {
      type: 'string',
      default: '1%',
      describe: 'Part of the final sessions to fetch again',
    })
    .option('sample-seed', { type: 'string', describe: 'Seed of the sample [default: today]' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the summary as JSON' });
}

/** `backfill verify`: does the provider still say what is stored? */
export const verifyCommand = command({
  name: 'verify',
  describe: 'Fetch a sample of what is stored again and report what changed',
  options,
  run: async (argv) => {
    const history = openHistory(parseConnection(argv));
    const { stop, signal, release } = stopOnSignal();
    try {
      const summary = await history.verify({
        ...given({ tickers: argv.tickers, intervals: parseIntervals(argv.interval) }),
        ...parseRangeOptions(argv),
        sample: parseShare('--sample', argv.sample),
        ...given({ seed: parseWhole('--sample-seed', argv.sampleSeed, 0) }),
        onEvent: (event) => {
          if (event.type === 'planned') tell(openingLine(event.plan, history.capabilities.quotas));
        },
        stop,
      });
      if (argv.json) await print([JSON.stringify(summary)]);
      else {
        for (const line of summaryText(summary)) tell(line);
        await print(driftText(summary));
      }
      return summary.stopped?.reason === 'interrupted' ? signal() : exitCodeOf(summary);
    } finally {
      release();
      await history.close();
    }
  },
});

/** `1%` or `0.01`; above 0, at most all. Throws `usage`. */
function parseShare(name: string, text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim()) ?? [];
  const share = Number(digits) / (percent === '%' ? 100 : 1);
  if (share > 0 && share <= 1) return share;
  throw new BackfillError('usage', `${name} ${text}: write it as 1% or 0.01, above 0 and at most 100%`);
}
