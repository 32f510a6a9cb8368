import { appendFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import { BackfillError, openMarket, startSimulator } from '../index.ts';
import { parseClock } from './options.ts';
import { print } from './output.ts';

function options(yargs: Argv) {
  return yargs
    .option('wire', {
      choices: ['yahoo'] as const,
      default: 'yahoo' as const,
      describe: 'The provider to speak like',
    })
    .option('from', {
      type: 'string',
      default: 'sample',
      describe: 'The market to serve: sample, or a folder of CSV files',
    })
    .option('seed', { type: 'number', describe: 'Seed of the sample market' })
    .option('port', { type: 'number', default: 0, describe: 'Port on 127.0.0.1; 0: any free one' })
    .option('latency', {
      type: 'string',
      default: '0ms',
      describe: 'Wait before every answer, e.g. 250ms or 1s',
    })
    .option('log', { type: 'string', describe: 'Append one JSON line a request to this file' })
    .option('now', { type: 'string', describe: 'Pretend that it is this instant (ISO 8601)' });
}

/** `backfill simulate`: a provider on loopback. Prints its URL, then serves until it is stopped. */
export function addSimulate(yargs: Argv): void {
  yargs.command('simulate', 'Serve a market on loopback as a provider would', options, async (argv) => {
    const { log } = argv;
    const simulator = await startSimulator({
      wire: argv.wire,
      market: openMarket(argv.from, argv.seed),
      port: argv.port,
      latencyMs: parseLatency(argv.latency),
      now: parseClock(argv.now),
      ...(log !== undefined && { log: (entry: object) => appendFileSync(log, `${JSON.stringify(entry)}\n`) }),
    });
    await print([simulator.url]);
    const stop = (): void => void simulator.close();
    process.once('SIGINT', stop).once('SIGTERM', stop);
  });
}

/** `250ms`, `1s` or a bare number of ms. Throws `usage`. */
function parseLatency(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  if (count === undefined) throw new BackfillError('usage', `--latency ${text}: write it as 250ms or 1s`);
  return Number(count) * (unit === 's' ? 1000 : 1);
}
