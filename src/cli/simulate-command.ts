import { constants, openSync, writeSync } from 'node:fs';
import { BackfillError, openMarket, startSimulator } from '../index.ts';
import { didYouMean, faultLines, fileTrouble, openWire, WIRE_NAMES } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { NOW } from './options.ts';
import { isPath } from './own-providers.ts';
import { parseDuration, parsePort, wholeFrom } from './quantities.ts';
import { print, tell } from './output.ts';

const HOSTILE = 'How it misbehaves';

const OPTIONS = {
  wire: {
    value: 'NAME',
    default: 'yahoo',
    read: checkWire,
    describe: `The provider to speak like: ${WIRE_NAMES.join(', ')}, or a FILE of one’s own`,
  },
  from: { value: 'MARKET', default: 'sample', describe: 'What to serve: sample, or a folder of CSV files' },
  seed: {
    value: 'N',
    otherwise: '1',
    read: wholeFrom(0),
    needs: { from: ['sample'] },
    describe: 'Another sample market',
  },
  port: { value: 'N', default: '0', read: parsePort, describe: 'Port on 127.0.0.1; 0: any free one' },
  cache: {
    type: 'switch',
    describe: 'Render an answer once and give it again as it was, to measure a client',
  },
  log: { value: 'FILE', describe: 'Append one JSON line a request to this file' },
  latency: {
    value: 'TIME',
    default: '0ms',
    read: parseDuration,
    group: HOSTILE,
    describe: 'Wait before every answer, such as 250ms or 1s',
  },
  fault: {
    value: 'NAME=5%',
    joined: true,
    group: HOSTILE,
    describe: 'Hit requests by faults, several with commas; all=5%, garbage=5%; list only names them',
  },
  'fault-seed': {
    value: 'N',
    default: '1',
    read: wholeFrom(0),
    needs: { fault: 'given' },
    group: HOSTILE,
    describe: 'Says which requests are hit',
  },
  limit: {
    value: 'RATES',
    group: HOSTILE,
    describe: 'Refuse what comes faster: 5/min, 100/10s, 30/h, 5/min,500/day',
  },
  unknown: {
    choices: ['named', 'unnamed', 'absent'],
    otherwise: 'named',
    needs: { wire: ['sample'] },
    group: HOSTILE,
    describe: 'How a symbol that there is not fares: its request is refused, or it is left out',
  },
  'limit-retry-after': {
    choices: ['seconds', 'date', 'none'],
    default: 'none',
    needs: { limit: 'given' },
    group: HOSTILE,
    describe: 'How a refusal says when to come back',
  },
  ...NOW,
} as const satisfies Declarations;

/** `backfill simulate`: a provider on loopback. Prints its URL, then serves until it is stopped. */
export const simulateCommand = command({
  name: 'simulate',
  describe: 'Serve a market on loopback as a provider would',
  examples: [
    { does: 'A market; prints http://127.0.0.1:PORT', line: 'backfill simulate --latency 250ms' },
    { does: 'Ask it', line: 'backfill ALFA --provider-url yahoo=http://127.0.0.1:PORT' },
    { does: 'A hostile one', line: 'backfill simulate --fault all=5% --limit 5/min' },
  ],
  options: OPTIONS,
  run: async (argv) => {
    const { log, fault, limit, unknown } = argv;
    if (fault === 'list') {
      await print(await faultLines());
      return EXIT.done;
    }
    const simulator = await startSimulator({
      wire: await openWire(argv.wire),
      market: await openMarket(argv.from, argv.seed),
      port: argv.port,
      cache: argv.cache,
      latencyMs: argv.latency,
      now: preciseClock(argv.now ?? Date.now),
      ...(fault !== undefined && { faults: { rates: fault, seed: argv.faultSeed } }),
      ...(limit !== undefined && { limits: limit }),
      ...(unknown !== undefined && { unknown }),
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

/** A wire that there is, or the path of one, yet to be loaded. Throws `usage`. */
function checkWire(name: string, text: string): string {
  if (WIRE_NAMES.some((one) => one === text) || isPath(text)) return text;
  throw new BackfillError(
    'usage',
    `${name} ${text}: must be one of ${WIRE_NAMES.join(', ')}${didYouMean(text, WIRE_NAMES)}`,
  );
}

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

/** A named pipe without a reader is refused, instead of waiting for one. */
const AT_END = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NONBLOCK ?? 0);

function openedAtEnd(path: string): number {
  try {
    return openSync(path, AT_END);
  } catch (error) {
    throw new BackfillError('usage', `--log ${path}: cannot be written${fileTrouble(error, 'write')}`, {
      cause: error,
    });
  }
}

/** The clock of `--now` with parts of a millisecond, which the log of a test of rates needs. */
function preciseClock(clock: () => number): () => number {
  const zero = clock() - performance.now();
  return () => zero + performance.now();
}
