import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storedBarsOf } from '../../src/core/bars/bar-builder.ts';
import { copyStore } from '../../src/library/copy.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { LONG_RUNS, type Need, NOTHING, POSTGRES, QUESTDB, itWith } from '../needs.ts';
import type { Fault } from '../store/bucket/fake-s3.ts';
import { AAPL_5M, coverage, daily, days, NOON, update } from '../store/fixtures.ts';
import { PASSWORD } from '../store/postgres/cluster.ts';
import { kill, moments } from '../store/writers.ts';
import { fillRich, portraitOf } from './rich-store.ts';
import { CopyServers, type Kind, startCopy } from './servers.ts';
import { fillWide, replaceBars } from './wide-store.ts';

const KINDS = ['a folder', 'PostgreSQL', 'QuestDB', 'a bucket'] as const;
const SEEDS = { 'a folder': 3, PostgreSQL: 5, QuestDB: 7, 'a bucket': 11 } as const;
const ROUNDS = LONG_RUNS ? 30 : 2;
const SERIES = 12;
/** A copy takes about so long. */
const PATIENCE_MS = 500;

const needOf = (kind: Kind): Need =>
  kind === 'PostgreSQL' ? POSTGRES : kind === 'QuestDB' ? QUESTDB : NOTHING;

const servers = new CopyServers();
beforeAll(() => servers.start());
afterAll(() => servers.stop());

/** The stores of a ring, each to be copied from the one before it. */
const RING = [
  ['a folder', 'PostgreSQL', POSTGRES],
  ['PostgreSQL', 'QuestDB', QUESTDB],
  ['QuestDB', 'a bucket', QUESTDB],
  ['a bucket', 'another folder', NOTHING],
] as const;

let portrait: object = {};
let forgotten = '';
/** The last store of the ring that there is. */
let last = '';

beforeAll(async () => {
  last = servers.folder('first');
  forgotten = await fillRich(openStore(last));
  portrait = await portraitOf(openStore(last));
  await fillWide(openStore(servers.folder('wide')), SERIES);
});

for (const [, to, need] of RING)
  itWith(need)(`a store is the same once it is copied into ${to}`, async () => {
    const url = servers.url(to);
    let requests = 0;
    servers.bucket.s3.fault = ({ method }): Fault | undefined => faultOf(++requests, method);
    const report = await copyStore(last, url);
    servers.bucket.s3.fault = () => undefined;
    const { isEqual, sent, equal, failed, other } = report;
    expect({ isEqual, failed, other }).toEqual({ isEqual: true, failed: [], other: [] });
    expect(equal).toEqual({ from: sent, to: sent });
    expect(sent).toEqual({ series: 5, bars: 16, actions: 2, revisions: 6, documents: 12 });
    expect(await portraitOf(openStore(url))).toEqual(portrait);
    expect(await openStore(url).holdings.readNote()).toBeUndefined();
    if (to === 'a bucket') expect(requests).toBeGreaterThan(60);
    last = url;
  });

for (const to of KINDS)
  itWith(needOf(to))(
    `a copy into ${to} that is killed goes on, with nothing lost and nothing twice`,
    async () => {
      const from = servers.folder('wide');
      let url = servers.url(to);
      const draw = moments(SEEDS[to]);
      let halves = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const child = startCopy(from, url);
        await once(child.stdout as NodeJS.ReadableStream, 'data');
        await sleep((draw.next().value as number) * PATIENCE_MS);
        await kill(child);
        if ((await openStore(url).holdings.readNote())?.isBegun === true) halves++;
        // It was complete, and what changes from then on is another matter.
        else url = servers.url(to);
        // Who fetches meanwhile changes what was copied already, and what was not.
        await whileHeld(openStore(from), (store) =>
          replaceBars(store, round % SERIES, 3, NOON + 5000 * SEEDS[to] + round),
        );
      }
      expect(halves).toBeGreaterThan(0);
      await freed(url);
      expect(await copyStore(from, url)).toMatchObject({
        isEqual: true,
        failed: [],
        other: [],
        restless: [],
      });
      expect(await portraitOf(openStore(url))).toEqual(await portraitOf(openStore(from)));
      expect(await openStore(url).holdings.readNote()).toBeUndefined();
    },
  );

for (const kind of ['PostgreSQL', 'QuestDB', 'a bucket'] as const)
  itWith(needOf(kind))(`${kind} is told to be one store by another address`, async () => {
    const url = servers.url(kind);
    await whileHeld(openStore(url), (store) => replaceBars(store, 1, 2, NOON));
    const other = url.replace('127.0.0.1', 'localhost');
    const error = await copyStore(url, other).catch((reason: Error) => reason.message);
    expect(error).toMatch(/ and .*localhost.* are one store: there is nothing to copy; name two stores$/);
    expect(error).not.toContain(PASSWORD);
    expect(await openStore(url).holdings.readNote()).toBeUndefined();
  });

itWith(QUESTDB)('what QuestDB cannot have is named, and the rest is copied', async () => {
  const from = servers.folder('old');
  await whileHeld(openStore(from), async (store) => {
    await replaceBars(store, 1, 2, NOON);
    const bars = storedBarsOf([daily('1969-12-31')]);
    await store.upsert(
      update([], { bars, learned: coverage({ present: [days('1969-12-31', '1970-01-01')] }) }),
    );
  });
  const url = servers.url('QuestDB');
  for (const round of [1, 2]) {
    const report = await copyStore(from, url);
    expect(report).toMatchObject({ isEqual: false, other: [], restless: [] });
    expect(report.failed).toEqual([
      { what: 'AAPL 1d all', store: report.to, reason: expect.stringContaining('no bar from before 1970') },
    ]);
    expect(report.sent.bars).toBe(round === 1 ? 3 : 0);
    expect(JSON.stringify(report)).not.toContain(PASSWORD);
  }
  expect([...(await openStore(url).scan()).series.keys()]).toEqual(['T1 1d']);
});

it('what was forgotten in the first comes back in the last', async () => {
  const store = openStore(last);
  const lease = await store.acquire();
  expect(await store.restoreForgotten(forgotten, NOON)).toMatchObject({ rows: 1, actions: 1 });
  await lease.release();
  expect(await store.readRevisions(AAPL_5M)).toHaveLength(1);
});

async function whileHeld(store: BarStore, work: (store: BarStore) => Promise<void>): Promise<void> {
  const lease = await store.acquire();
  await work(store);
  await lease.release();
}

/** A server may notice a moment later that a writer is gone. */
async function freed(url: string): Promise<void> {
  for (;;)
    try {
      await (await openStore(url).acquire()).release();
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'store-locked') throw error;
      await sleep(20);
    }
}

/** One request in a few of a bucket fails, each in another way. */
function faultOf(n: number, method: string): Fault | undefined {
  if (n % 17 === 3) return { status: 503, code: 'SlowDown' };
  if (n % 17 === 9) return 'unheard';
  if (n % 17 === 14) return { status: 500, code: 'InternalError' };
  return n % 11 === 7 && method === 'PUT' ? 'lost' : undefined;
}
