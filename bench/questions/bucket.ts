import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FakeS3, KEYS, startFakeS3 } from '../../test/store/bucket/fake-s3.ts';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import type { Question, Row } from '../harness/question.ts';
import { fill, measureFill, program } from '../market/backfill.ts';
import { inventDaily } from '../market/invented.ts';

const SESSIONS = 20;
const END = '2026-11-20';
const WORKERS = 2;

export const bucket: Question = {
  asks: 'A store in a bucket: how many requests does a run with nothing to do send, and a query?',
  long: true,
  answer: async ({ quick, scratch, tell }) => {
    const tickers = quick ? 1000 : 10_000;
    const market = await inventDaily(scratch, { tickers, sessions: SESSIONS, end: END });
    const folder = join(scratch, 'stored');
    await measureFill(fill(market, { store: folder, workers: WORKERS }));
    const s3 = await startFakeS3();
    try {
      await upload(folder, s3);
      const store = `s3://lake/data?endpoint=${encodeURIComponent(s3.endpoint)}`;
      const env = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };
      const run: Command = {
        ...fill(market, { store, state: join(scratch, 'state'), workers: WORKERS }),
        env,
      };
      const one = `SELECT count(*) FROM bars WHERE ticker = '${market.tickers[0]}' AND interval = '1d'`;
      const query: Command = { ...program('backfill', ['query', one, '--store', store]), env };
      const rows: Row[] = [];
      for (const [name, command] of [
        ['nothing to do, and no cache yet', run],
        ['nothing to do', run],
        ['nothing to do, once more', run],
        ['a query of one ticker', query],
      ] as const) {
        s3.seen.length = 0;
        rows.push(rowOf(name, s3, await measure(command)));
        tell(`${name}: ${s3.seen.length} requests`);
      }
      return {
        notes: [
          `${tickers.toLocaleString('en')} partitions in a bucket of a server in memory of the same machine; whole processes, ${WORKERS} workers`,
          'a page of a listing has a thousand keys',
        ],
        tables: [{ title: 'Requests', columns: COLUMNS, rows }],
        charts: [],
      };
    } finally {
      await s3.close();
    }
  },
};

const COLUMNS = [
  { key: 'listings', title: 'pages of listings', unit: 'count' },
  { key: 'bars', title: 'of partitions', unit: 'count' },
  { key: 'others', title: 'others', unit: 'count' },
  { key: 'wall', title: 'wall', unit: 'ms' },
] as const;

/** What was asked since the server forgot what it saw. */
function rowOf(name: string, { seen }: FakeS3, { wallMs }: Measured): Row {
  const listings = seen.filter(({ key }) => key === '').length;
  const bars = seen.filter(({ key }) => key.startsWith('data/bars/')).length;
  return { name, cells: { listings, bars, others: seen.length - listings - bars, wall: wallMs } };
}

/** Puts a store's files where a server has its objects: sending them is not what is asked. */
async function upload(folder: string, { objects }: FakeS3): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || entry.name === '.lock' || entry.name === 'scan.cache') continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const etag = createHash('md5').update(bytes).digest('hex');
    const key = `data/${path.slice(folder.length + 1)}`;
    objects.set(key, { bytes, etag, modified: Date.now() - 60_000, meta: {} });
  }
}
