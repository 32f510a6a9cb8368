import { openSync, writeSync } from 'node:fs';
import type { Argv } from 'yargs';
import { BackfillError, openMarket, startSimulator } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { parseClock, parseDuration, parseWhole } from './options.ts';
import { command } from './program.ts';
import { print, tell } from './output.ts';

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
    .option('seed', { type: 'string', describe: 'Seed of the sample market' })
    .option('port', { type: 'string', default: '0', describe: 'Port on 127.0.0.1; 0: any free one' })
    .option('latency', {
      type: 'string',
      default: '0ms',
      describe: 'Wait before every answer, e.g. 250ms or 1s',
    })
    .option('fault', {
      type: 'string',
      coerce: joined,
      describe: 'Hit requests by faults: NAME=5%, several with commas; all=5%, garbage=5%; list names them',
    })
    .option('fault-seed', { type: 'string', default: '1', describe: 'Seed that says which requests are hit' })
    .option('limit', { type: 'string', describe: 'Refuse what comes faster: 5/min, 100/10s, 5/min,500/day' })
    .option('limit-retry-after', {
      choices: ['seconds', 'date', 'none'] as const,
      default: 'none' as const,
      describe: 'How a refusal by --limit says when to come back',
    })
    .option('log', { type: 'string', describe: 'Append one JSON line a request to this file' })
    .option('now', { type: 'string', describe: 'Pretend that it is this instant (ISO 8601)' });
}

/** `backfill simulate`: a provider on loopback. Prints its URL, then serves until it is stopped. */
export const simulateCommand = command({
  name: 'simulate',
  describe: 'Serve a market on loopback as a provider would',
  options,
  run: async (argv) => {
    const { log, fault, limit } = argv;
    const seed = parseWhole('--fault-seed', argv.faultSeed, 0) ?? 1;
    const simulator = await startSimulator({
      wire: argv.wire,
      market: await openMarket(argv.from, parseWhole('--seed', argv.seed, 0)),
      port: parsePort(argv.port),
      latencyMs: parseDuration('--latency', argv.latency),
      now: preciseClock(argv.now),
      ...(fault !== undefined && { faults: { rates: fault, seed } }),
      ...(limit !== undefined && { limits: limit }),
      limitRetryAfter: argv.limitRetryAfter,
      ...(log !== undefined && { log: openLog(log) }),
    });
    await print([simulator.url]);
    const closed = new Promise<void>((resolve) => {
      const stop = (): void => void simulator.close().then(resolve);
      process.once('SIGINT', stop).once('SIGTERM', stop);
    });
    await closed;
    return EXIT.done;
  },
});

/** Writes entries to the end of a file, a line each. A line that cannot be written is lost, and said once. Throws `usage`. */
function openLog(path: string): (entry: object) => void {
  const fd = openedAtEnd(path);
  let hasFailed = false;
  return (entry) => {
    try {
      writeSync(fd, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      if (!hasFailed) tell(`--log ${path}: requests are not logged any more: ${(error as Error).message}`);
      hasFailed = true;
    }
  };
}

function openedAtEnd(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? '';
    throw new BackfillError('usage', `--log ${path}: cannot be written (${why})`, { cause: error });
  }
}

/** An option that may be given several times, as if given once with commas. */
function joined(given: string | readonly string[]): string {
  return [given].flat().join(',');
}

/** The clock of `--now` with parts of a millisecond, which the log of a test of rates needs. Throws `usage`. */
function preciseClock(now: string | undefined): () => number {
  const zero = parseClock(now)() - performance.now();
  return () => zero + performance.now();
}

function parsePort(text: string): number {
  const port = parseWhole('--port', text, 0) ?? 0;
  if (port <= 65_535) return port;
  throw new BackfillError('usage', `--port ${text}: must be 0 (any free one) to 65535`);
}
