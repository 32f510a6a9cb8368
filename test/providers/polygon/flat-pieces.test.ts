import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../src/backfill/task/collect.ts';
import type { TaskResult } from '../../../src/backfill/runner.ts';
import type { TaskTools } from '../../../src/backfill/task/task-tools.ts';
import { stagedProvider } from '../../../src/backfill/task/staged-provider.ts';
import { fingerprintOf } from '../../../src/core/bars/fingerprint.ts';
import { grouped } from '../../../src/core/grouped.ts';
import { bucketOf } from '../../../src/core/plan/slice.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { BarAnswer, MarketPiece, Provider } from '../../../src/providers/provider.ts';
import { DISK } from '../../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { sampled } from '../../needs.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import {
  type FileReply,
  HEADING,
  filesThatAnswer,
  listOf,
  packed,
  s3Error,
  stopFiles,
} from './flat-serving.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopFiles();
  await folder.remove();
});

const NOW = Date.parse('2026-11-21T17:00:00Z');
const DATE = '2026-11-19';
const SESSION = parseDay(DATE);
const OPEN = Date.parse(`${DATE}T14:30:00Z`);

const MINUTES = 400;
/** Some more rows than two pieces have. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const TICKERS = LETTERS.flatMap((one) => LETTERS.map((other) => `T${one}${other}`)).slice(0, 380);

const TRADES =
  'ticker,conditions,correction,exchange,id,participant_timestamp,price,sequence_number,sip_timestamp,size,tape,trf_id,trf_timestamp';

/** Minutes of the session and ten after it. Of every third ticker one lacks a price. */
function linesOf(level: number, open = OPEN): string[] {
  return TICKERS.flatMap((ticker, at) =>
    Array.from({ length: MINUTES }, (_, minute) => {
      const close = (level + at + minute / 1000).toFixed(3);
      const first = at % 3 === 0 && minute === 7 ? '' : close;
      return `${ticker},${100 + minute},${first},${close},${close},${close},${open + minute * 60_000}000000,3`;
    }),
  );
}

const SORTED = linesOf(20);
const PACKED = packed(SORTED);
/** As they were traded: minute by minute. */
const BY_TIME = SORTED.map((line, i) => ({ line, minute: i % MINUTES }))
  .toSorted((a, b) => a.minute - b.minute)
  .map(({ line }) => line);

const MIXED = [...BY_TIME.slice(70_000), ...BY_TIME.slice(0, 70_000)];

const TASK = { id: 'market', wants: [], requests: 1, partitions: [], market: '1m 2026-11' } as const;

const toolsOf = (provider: Provider, store: BarStore): TaskTools => ({
  ...{ provider, store, source: 'polygon', gate: OPEN_GATE, elapsed: () => 0 },
});

function collected(provider: Provider, store: BarStore): Promise<TaskResult> {
  const slice = { interval: '1m', session: SESSION } as const;
  return collect({ ...TASK, slice }, NOW, toolsOf(provider, store));
}

/** What a session's collected answer says of each ticker. */
async function staged(provider: Provider, store: BarStore): Promise<Map<string, unknown>> {
  expect(await collected(provider, store)).toEqual({ series: [] });
  const range = { from: SESSION, to: SESSION + 1 };
  const said = new Map<string, unknown>();
  for (const [bucket, own] of grouped(TICKERS, bucketOf)) {
    const wants = own.map((ticker): Want => ({
      ...{ id: ticker, series: { ticker, interval: '1m' }, calendar: 'XNYS' },
      ...{ range, gaps: [range], sessions: 1 },
    }));
    const task = { ...TASK, wants, bucket, sessions: [SESSION] };
    const each = await stagedProvider(task, NOW, toolsOf(provider, store));
    for (const ticker of own) {
      const series = { ticker, interval: '1m' } as const;
      said.set(ticker, plain(await each.fetchBars({ series, range, now: NOW })));
    }
  }
  return said;
}

function plain({ bars, ...others }: BarAnswer): object {
  const columns = [bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.trades];
  const hash = createHash('sha256');
  for (const column of columns) hash.update(JSON.stringify([...(column ?? [])]));
  return { ...others, rows: bars.length, print: fingerprintOf(bars), hash: hash.digest('hex') };
}

/** What it is to be: of an answer that came whole. */
async function whole(lines: readonly string[]): Promise<Map<string, unknown>> {
  const { provider } = await filesThatAnswer(() => ({ body: packed(lines) }));
  const alone: Provider = {
    ...provider,
    fetchMarket: ({ interval, session, now }) =>
      provider.fetchMarket?.({ interval, session, now }) ?? Promise.reject(new Error('no market')),
  };
  const said = await staged(alone, openParquetStore(join(folder.path, 'whole')));
  expect(said.get(TICKERS[0] as string)).toMatchObject({
    rows: 389,
    dropped: 10,
    unusable: [{ reason: 'its open is missing' }],
  });
  expect(said.get(TICKERS[1] as string)).toMatchObject({ rows: 390, dropped: 10, unusable: [] });
  return said;
}

/** Made once. */
let ofSorted: Promise<Map<string, unknown>> | undefined;
const wholeSorted = (): Promise<Map<string, unknown>> => (ofSorted ??= whole(SORTED));

/** A server that breaks off in the middle of the first answer, and then answers so. */
async function breaking(body: Buffer, then: (from: number, times: number) => FileReply) {
  let times = 0;
  const served = await filesThatAnswer(({ headers }) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (times++ > 0) return then(from, times);
    return (response) => {
      response.writeHead(200, { etag: '"one"', 'content-length': String(body.length) });
      response.write(body.subarray(0, Math.floor(0.8 * body.length)), () =>
        // What was written is to be read before.
        setTimeout(() => response.destroy(), 1500),
      );
    };
  }, OPEN_GATE);
  return served;
}

/** What came of a market's file, piece by piece. */
class Heard {
  pieces: MarketPiece[] = [];
  /** Pieces that there were at once. */
  most = 0;

  readonly taker = {
    add: (piece: MarketPiece): Promise<void> => {
      this.most = Math.max(this.most, this.pieces.push(piece));
      return Promise.resolve();
    },
    restart: (): void => {
      this.pieces = [];
    },
  };

  get rows(): number[] {
    return this.pieces.map(({ parts }) =>
      parts.reduce(
        (sum, { answer: { bars, dropped, unusable } }) => sum + bars.length + dropped + unusable.length,
        0,
      ),
    );
  }
}

const asked = { interval: '1m', session: SESSION, now: NOW } as const;

describe('a file of a market that is read piece by piece', () => {
  it('is given away as it comes, no ticker twice where it is sorted', async () => {
    const { provider } = await filesThatAnswer(() => ({ body: PACKED }));
    const heard = new Heard();
    const rest = await provider.fetchMarket?.({ ...asked, pieces: heard.taker });
    expect(heard.rows).toEqual([65_600, 65_600]);
    const all = [...heard.pieces, rest].flatMap((piece) => piece?.parts ?? []);
    expect(all.map(({ ticker }) => ticker)).toEqual(TICKERS);
  });

  it('loses no piece that its last line fills', async () => {
    const lines = SORTED.slice(0, 164 * MINUTES + 1);
    const body = gzipSync([HEADING, ...lines].join('\n'));
    const { provider } = await filesThatAnswer(() => ({ body }));
    const heard = new Heard();
    const rest = await provider.fetchMarket?.({ ...asked, pieces: heard.taker });
    expect(heard.rows).toEqual([164 * MINUTES]);
    expect(rest?.parts.map(({ ticker }) => ticker)).toEqual([TICKERS[164]]);
  });

  it('of trades gives the minutes that are made of them, and keeps none of a ticker without any', async () => {
    const lines = TICKERS.flatMap((ticker, at) =>
      Array.from({ length: at === 7 ? 1 : MINUTES }, (_, minute) => {
        // That of the eighth was made before the session.
        const ns = `${OPEN + (at === 7 ? -1 : minute) * 60_000}000000`;
        return `${ticker},,0,4,1,${ns},${20 + at},1,${ns},100,1,201,${ns}`;
      }),
    );
    const { provider } = await filesThatAnswer(() => ({ body: packed(lines, TRADES) }), undefined, 'trades');
    const heard = new Heard();
    const rest = await provider.fetchMarket?.({ ...asked, pieces: heard.taker });
    // The session's 390 minutes of each.
    expect(heard.rows).toEqual([169 * 390, 169 * 390]);
    const all = [...heard.pieces, rest].flatMap((piece) => piece?.parts ?? []);
    expect(all.map(({ ticker }) => ticker)).toEqual(TICKERS.filter((_, at) => at !== 7));
  });

  it.each(
    sampled(
      [
        ['sorted by ticker', SORTED, wholeSorted],
        ['sorted by time', BY_TIME, wholeSorted],
        ['in no order', MIXED, () => whole(MIXED)],
      ] as const,
      3,
      'orders',
    ),
  )('says of each ticker what it says whole: %s', async (_, lines, said) => {
    const { provider } = await filesThatAnswer(() => ({ body: packed(lines) }));
    const store = openParquetStore(join(folder.path, 'pieces'));
    expect(await staged(provider, store)).toEqual(await said());
  });

  it('is taken up where the connection broke', async () => {
    const { provider, asked: requests } = await breaking(PACKED, (from) => {
      const range = `bytes ${from}-${PACKED.length - 1}/${PACKED.length}`;
      return { status: 206, headers: { etag: '"one"', 'content-range': range }, body: PACKED.subarray(from) };
    });
    const store = openParquetStore(join(folder.path, 'pieces'));
    expect(await staged(provider, store)).toEqual(await wholeSorted());
    expect(requests.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"one"']);
  });

  it('has nothing of the one that it replaced meanwhile', async () => {
    // Of few tickers: nothing is left of the others.
    const later = linesOf(90).slice(0, 40 * MINUTES);
    const { provider, asked: requests } = await breaking(PACKED, (_, times) =>
      times === 2
        ? { status: 412, body: s3Error('PreconditionFailed') }
        : { headers: { etag: '"two"' }, body: packed(later) },
    );
    const store = openParquetStore(join(folder.path, 'pieces'));
    expect(await staged(provider, store)).toEqual(await whole(later));
    expect(requests).toHaveLength(3);
  });

  it('that is cut leaves nothing, and is read anew from its first byte', async () => {
    let times = 0;
    const { provider } = await filesThatAnswer(
      () => ({ body: times++ === 0 ? PACKED.subarray(0, -9) : PACKED }),
      OPEN_GATE,
    );
    const heard = new Heard();
    await provider.fetchMarket?.({ ...asked, pieces: heard.taker });
    expect([times, heard.rows]).toEqual([2, [65_600, 65_600]]);
    const { provider: cut } = await filesThatAnswer(() => ({ body: PACKED.subarray(0, -9) }));
    const { error } = await collected(cut, openParquetStore(folder.path));
    expect(error).toMatchObject({ code: 'bad-answer' });
    expect(await readdir(join(folder.path, 'staging'))).toEqual([]);
  });

  it('has nothing where it is gone when it is asked for again', async () => {
    // Of no session there is none, and nothing is wrong.
    const saturday = { ...asked, session: SESSION + 2, now: NOW + 4 * 86_400_000 };
    const { provider, asked: requests } = await breaking(
      packed(linesOf(20, OPEN + 2 * 86_400_000)),
      (_, times) => (times === 2 ? { status: 404 } : { body: listOf([]) }),
    );
    const heard = new Heard();
    const rest = await provider.fetchMarket?.({ ...saturday, pieces: heard.taker });
    expect([requests.length, heard.most, heard.pieces, rest?.parts]).toEqual([3, 1, [], []]);
  });

  it.each([
    ['is', () => true],
    // Room is made while it is read: the piece that found none is lacking all the same.
    ['was', (writes: number) => writes === 1],
  ])('is not asked for again where the disk %s full, and says so', async (_, isFull) => {
    let writes = 0;
    const { provider, asked: requests } = await filesThatAnswer(() => ({ body: PACKED }), OPEN_GATE);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const store = openParquetStore(folder.path, {
      ...DISK,
      create: async (path) => {
        const file = await DISK.create(path);
        const write = (bytes: Uint8Array): Promise<void> =>
          isFull(++writes) ? Promise.reject(full) : file.write(bytes);
        return { ...file, write };
      },
    });
    const { error } = await collected(provider, store);
    expect(error).toMatchObject({ code: 'store-unusable' });
    expect(error).not.toHaveProperty('scope');
    expect(error?.message).toContain('the disk is full; make room');
    expect(requests).toHaveLength(1);
    expect(await readdir(join(folder.path, 'staging'))).toEqual([]);
  });
});
