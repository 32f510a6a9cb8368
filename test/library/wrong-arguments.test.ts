import { afterAll, describe, expect, it } from 'vitest';
import { arrowTable } from '../../src/arrow.ts';
import {
  batchesOf,
  copyStore,
  discover,
  inspectFiles,
  joinRuns,
  openHistory,
  parseQuotas,
  startDashboard,
  startSimulator,
} from '../../src/index.ts';
import { QuestDBHistoryProvider } from '../../src/qmtl/index.ts';

const history = openHistory({ store: 'data', provider: 'none' });
const nodes = new QuestDBHistoryProvider({ dsn: 'data' });
afterAll(async () => {
  await nodes.close();
  await history.close();
});

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const UNIVERSE = { tickers: ['AAPL'], lives: new Map() };

/** What a caller without types may call, and how that is refused. */
const CALLS: readonly (readonly [call: () => unknown, message: string])[] = [
  [() => batchesOf(UNIVERSE, undefined as never), 'batchesOf: the options undefined: must be an object'],
  [() => batchesOf(UNIVERSE, { size: 2, bogus: 1 } as never), 'batchesOf has no option "bogus"'],
  [() => batchesOf(undefined as never, { size: 1 }), 'batchesOf: the universe undefined: must be an object'],
  [() => joinRuns([] as never), 'joinRuns: runs []: must be a list of one summary or more'],
  [() => parseQuotas(5 as never), 'quotas 5: must be a text such as "5/min,500/day"'],
  [() => copyStore('data', undefined as never), 'copyStore: to undefined: must be a text'],
  [() => copyStore('data', 'b', { stop: {} } as never), 'copyStore: stop {}: must be an AbortSignal'],
  [() => inspectFiles(undefined as never), 'inspectFiles: the request undefined: must be an object'],
  [() => inspectFiles({} as never), 'inspectFiles: path undefined: must be a text'],
  [
    () => discover(undefined as never, { store: 'data' }),
    'discover: the options undefined: must be an object',
  ],
  [() => discover({ name: 'crypto' }, undefined as never), 'the options undefined: must be an object'],
  [
    () => startDashboard({ history, store: 'data', port: 70_000 }),
    'port 70000: must be a whole number from 0',
  ],
  [
    () => startDashboard({ history, store: 'data', bogus: 1 } as never),
    'startDashboard has no option "bogus"',
  ],
  [() => startDashboard({} as never), 'startDashboard: history undefined: must be an object'],
  [() => startSimulator({} as never), 'startSimulator: market undefined: must be an object'],
  [() => arrowTable(history, AAPL, null as never), 'the options null: must be an object'],
  [() => arrowTable(history, AAPL, { columns: null } as never), 'columns null: must be a list'],
  [() => history.export({} as never), 'export: to undefined: must be the path of a file, or a function'],
  [() => history.export({ to: 5 } as never), 'export: to 5: must be the path of a file, or a function'],
  [
    () => history.warmup({ series: AAPL, period: 5, offline: true, end: Date.now() * 10_000 }),
    'must be a date such as "2026-01-02", or an instant',
  ],
  [() => nodes.ensureRange(0, 1, undefined as never), 'the node is missing, or has no nodeId and interval'],
];

describe('what cannot be called with what it is given', () => {
  it.each(CALLS)('%s is refused: %s', async (call, message) => {
    const calling = (async () => call())();
    await expect(calling).rejects.toMatchObject({
      ...{ name: 'BackfillError', code: 'usage' },
      message: expect.stringContaining(message) as string,
    });
  });
});
