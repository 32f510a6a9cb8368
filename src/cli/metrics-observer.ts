import {
  BackfillError,
  type History,
  type MetricsAddress,
  type OpenObserver,
  type RunMetrics,
  openMetrics,
  serveRunMetrics,
} from '../index.ts';
import { readTextFileIfAny, saveText } from '../terminal.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { ObservedRun } from './observed-run.ts';
import { OUTPUT, given } from './options.ts';
import { exitCodeOfError, tell } from './output.ts';
import { wholeFrom } from './quantities.ts';

const LAST_PORT = 65_535;

/** How often the file is written while a run goes on. */
const WRITE_EVERY_MS = 15_000;

const OF_RUNS = { voidWith: ['dry-run', 'plan-out'], group: OUTPUT } as const;

/** Options by which a run exports metrics. */
export const METRICS = {
  'metrics-port': {
    ...OF_RUNS,
    value: '[HOST:]PORT',
    read: parseAddress,
    describe: 'Serve Prometheus metrics at /metrics while it runs, to this machine unless a host is named',
  },
  'metrics-file': {
    ...OF_RUNS,
    value: 'FILE',
    describe: 'Write them to a file at the end, and every 15 s, for the textfile collector of node_exporter',
  },
  'metrics-tickers': {
    ...OF_RUNS,
    needsAny: ['metrics-port', 'metrics-file'],
    value: 'N',
    otherwise: '1000',
    read: wholeFrom(0),
    describe: 'Tickers that are named in metrics, the others are one; 0: no ticker is a label',
  },
} as const satisfies Declarations;

/** Opens what exports metrics. Throws `usage` where the port cannot be had, or the file not be written. */
export async function openMetricsObserver(
  argv: ValuesOf<typeof METRICS> & ObservedRun,
  history: History,
): Promise<OpenObserver | undefined> {
  const { metricsPort, metricsFile, metricsTickers, store, now, tickers, interval } = argv;
  if (metricsPort === undefined && metricsFile === undefined) return undefined;
  const metrics = await openMetrics(history, {
    ...given({ clock: now, mostNodes: metricsTickers, tickers }),
    intervals: interval ?? ['1d'],
    exitCodeOf: (end) => ('summary' in end ? codeOf(end.summary, argv) : codeOfError(end.error)),
    last: await lastRunOf(history, argv),
  });
  // Before the port is taken: what is refused has to be given back.
  const file = metricsFile === undefined ? undefined : await openFile(metrics, metricsFile, store);
  const server = metricsPort === undefined ? undefined : await openPort(metrics, metricsPort, argv, file);
  return {
    watch: () => metrics.watch(),
    close: async () => {
      await file?.close();
      await server?.close();
    },
  };
}

type Summary = Parameters<typeof exitCodeOf>[0];

function codeOf(summary: Summary, { strict }: ObservedRun): number {
  return summary.stopped?.reason === 'interrupted' ? EXIT.interrupted : exitCodeOf(summary, { strict });
}

function codeOfError(error: unknown): number {
  const isInterrupted = error instanceof BackfillError && error.code === 'cancelled';
  return isInterrupted ? EXIT.interrupted : exitCodeOfError(error);
}

async function lastRunOf(history: History, argv: ObservedRun) {
  try {
    const { summary } = await history.run('last');
    const { startedAt, endedAt } = summary;
    return { startedAt, endedAt, exitCode: codeOf(summary, argv) };
  } catch {
    // None is on record, or its record is damaged, which others tell.
    return undefined;
  }
}

async function openPort(
  metrics: RunMetrics,
  address: MetricsAddress,
  { quiet }: ObservedRun,
  file: MetricsFile | undefined,
) {
  try {
    const server = await serveRunMetrics(metrics, address);
    if (!quiet) tell(`Metrics: ${server.url}`);
    return server;
  } catch (error) {
    file?.stop();
    throw error instanceof BackfillError
      ? new BackfillError('usage', `--metrics-port: ${error.message}`, { cause: error })
      : error;
  }
}

interface MetricsFile {
  /** Writes it no more. */
  stop(): void;
  /** Writes it for the last time. */
  close(): Promise<void>;
}

/**
 * Writes metrics to a file from time to time. Begins with what it says already, of the run before, so that one that cannot be
 * written is refused.
 */
async function openFile(metrics: RunMetrics, path: string, store: string): Promise<MetricsFile> {
  const current = (): Promise<string> => metrics.registry.metrics();
  await saveText(path, readTextFileIfAny(path, `--metrics-file ${path}`) ?? (await current()), store);
  // A short run looks into the store once, at its end.
  let looked: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await (looked ??= metrics.refresh());
    await saveText(path, current, store);
  };
  let last: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const writeOn = (): Promise<void> =>
    (last = last.then(write).catch((error: Error) => {
      if (!hasFailed) tell(`warning: --metrics-file: ${error.message}`);
      hasFailed = true;
    }));
  const timer = setInterval(() => void writeOn(), WRITE_EVERY_MS);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  return {
    stop,
    close: async () => {
      stop();
      await last;
      looked = metrics.refresh();
      await writeOn();
    },
  };
}

/** `9464`, `0.0.0.0:9464`, `[::]:9464`. Throws `usage`. */
function parseAddress(name: string, text: string): MetricsAddress {
  const [, bracketed, plain, port = ''] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (port === '' || Number(port) > LAST_PORT)
    throw new BackfillError(
      'usage',
      `${name} ${text}: write it as PORT, HOST:PORT or [IPV6]:PORT, the port from 0 (any free one) to ${LAST_PORT}`,
    );
  return { port: Number(port), ...(host !== undefined && { host }) };
}
