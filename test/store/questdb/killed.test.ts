import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, LONG_RUNS, QUESTDB } from '../../needs.ts';
import { AAPL, coverage, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { kill, moments, WRITTEN_ROWS as ROWS, WritingChildren } from '../writers.ts';
import { startProxy } from './proxy.ts';
import { type Quest, startQuest } from './quest.ts';

const ROUNDS = LONG_RUNS ? 60 : 2;
const timeout = LONG_RUNS ? 1_200_000 : 120_000;

describeWith(QUESTDB)('a QuestDB store of which', () => {
  let quest: Quest;
  const writers = new WritingChildren();
  beforeAll(async () => {
    quest = await startQuest();
  });
  afterEach(() => writers.end());
  afterAll(() => quest.destroy());

  /** The version that all rows are of, and the one that is known, by SQL of the test's own. */
  async function versionsIn(prefix: string): Promise<{ rows: number; known: number }> {
    const [[count, stamps, least, most] = []] = await quest.sql(
      `SELECT count(), count_distinct(ts), min(volume), max(volume) FROM ${prefix}bars_1d WHERE NOT gone`,
    );
    expect([count, stamps, most]).toEqual([ROWS, ROWS, least]);
    const [[said, known] = []] = await quest.sql(
      `SELECT rows, known FROM ${prefix}backfill_parts WHERE NOT gone`,
    );
    expect(said).toBe(ROWS);
    const { absent } = JSON.parse(String(known)) as { absent: { by: { note: string }[] }[] };
    const version = Number(least) - 1;
    // Every value that was replaced is a revision, once; of those that were about to be some may be.
    const [[all, apart, ahead] = []] = await quest.sql(
      `SELECT count(), count_distinct(concat(ts, ' ', volume, ' ', new_volume)), sum(CASE WHEN new_volume > ${version + 1} THEN 1 ELSE 0 END)
       FROM ${prefix}revisions WHERE NOT gone`,
    );
    expect([all, Number(all) - Number(ahead ?? 0)]).toEqual([apart, ROWS * version]);
    expect(Number(ahead ?? 0)).toBeLessThanOrEqual(ROWS);
    return { rows: version, known: Number(absent[0]?.by[0]?.note) };
  }

  /** The last that was acknowledged is there, and of the one after it at most the rows. */
  async function assertWhole(prefix: string, last: number): Promise<number> {
    const { rows, known } = await versionsIn(prefix);
    expect(known).toBeGreaterThanOrEqual(last);
    expect(known).toBeLessThanOrEqual(last + 1);
    expect([known, known + 1]).toContain(rows);
    expect(rows).toBeLessThanOrEqual(last + 1);
    return rows;
  }

  it(
    'the writer is killed at any moment has what was acknowledged, and knows of nothing more',
    { timeout },
    async () => {
      const url = quest.url('writers_');
      let next = 0;
      const draw = moments(7);
      for (let round = 0; round < ROUNDS; round++) {
        const { child, last } = await writers.start(url, next);
        await sleep((draw.next().value as number) * 700);
        await kill(child);
        await (await acquired(url)).release();
        next = (await assertWhole('writers_', last())) + 1;
      }
      await openStore(url).upsert(update(WEEK));
      expect((await openStore(url).scan()).series.get('AAPL 1d')?.rows).toBe(ROWS + WEEK.length);
    },
  );

  it(
    'the server is killed at any moment has it too, and can be written once it is up',
    { timeout },
    async () => {
      const url = quest.url('servers_');
      let next = 0;
      const draw = moments(11);
      for (let round = 0; round < ROUNDS / 2; round++) {
        const { child, last } = await writers.start(url, next);
        await sleep((draw.next().value as number) * 700);
        const ended = once(child, 'close');
        await quest.kill();
        expect((await ended)[0]).toBe(1);
        await quest.start();
        await (await acquired(url)).release();
        next = (await assertWhole('servers_', last())) + 1;
      }
    },
  );

  it(
    'the connection is cut at any message of a commit is as before or as after, or has rows that it knows nothing of',
    { timeout },
    async () => {
      const proxy = await startProxy(quest.port);
      const [direct, cut] = [quest.url('cut_'), quest.url('cut_').replace(`${quest.port}`, `${proxy.port}`)];
      const moved = WEEK.map((bar) => ({ ...bar, close: 101.5, fetchedAt: NOON + 1 }));
      const learned = coverage({ present: [WEEK_DAYS] });
      try {
        const ends = new Set<string>();
        // How many messages there are depends on how often it is asked whether rows are applied.
        for (const [first, when] of rounds(ends))
          for (let nth = first; ; nth += LONG_RUNS ? 1 : 5) {
            await quest.clear('cut_');
            await openStore(direct).upsert(
              update(WEEK.slice(0, 3), { learned: coverage({ present: [WEEK_DAYS] }) }),
            );
            const writer = openStore(cut);
            const lease = await writer.acquire();
            const edit = await writer.edit(AAPL, WEEK_DAYS);
            const wasCut = proxy.cutAt(nth, when);
            const change = { bars: update(moved, { learned, fetchedAt: NOON + 1 }) };
            const failed = await edit.commit(change).catch((error: unknown) => error);
            if (!wasCut()) {
              await lease.release();
              break;
            }
            ends.add(await assertSound(direct, failed instanceof Error));
            proxy.cut();
            await openStore(direct).upsert(update(moved, { learned }));
            await assertDone(openStore(direct), moved);
          }
        expect([...ends].toSorted()).toEqual(['after', 'before', 'rows alone']);
      } finally {
        await proxy.close();
      }
    },
  );

  /** Every fifth message, and others until there were all ends. */
  function* rounds(ends: ReadonlySet<string>): Generator<[first: number, when: 'before' | 'after']> {
    for (const first of LONG_RUNS ? [1] : [1, 3, 5, 2, 4]) {
      if (ends.size === 3) return;
      yield [first, 'before'];
      yield [first, 'after'];
    }
  }

  /** What is known is of rows that are there. Gives how far a commit came. */
  async function assertSound(url: string, hasFailed: boolean): Promise<string> {
    await (await acquired(url)).release();
    const closes = (await rowsIn(openStore(url), AAPL)).map(({ close }) => close);
    const [[rows, known] = []] = await quest.sql('SELECT rows, known FROM cut_backfill_parts WHERE NOT gone');
    expect(rows).toBe(closes.length);
    const { fetchedAt } = JSON.parse(String(known)) as { fetchedAt: string };
    const isKnown = Date.parse(fetchedAt) === NOON + 1;
    const isNew = closes.every((close) => close === 101.5);
    expect(closes.length).toBe(isNew ? 5 : 3);
    const revisions = await openStore(url).readRevisions(AAPL);
    expect(isNew ? [3] : [0, 3]).toContain(revisions.length);
    expect(isNew || !isKnown).toBe(true);
    expect(hasFailed || isKnown).toBe(true);
    return isKnown ? 'after' : isNew ? 'rows alone' : 'before';
  }

  async function assertDone(store: BarStore, bars: typeof WEEK): Promise<void> {
    expect(await rowsIn(store, AAPL)).toEqual(bars);
    const revisions = await store.readRevisions(AAPL);
    expect(revisions.map(({ before }) => before)).toEqual(WEEK.slice(0, 3));
    expect((await store.scan()).series.get('AAPL 1d')?.rows).toBe(5);
  }

  /** The server may notice a moment later that a writer is gone. */
  async function acquired(url: string) {
    const store = openStore(url);
    for (;;) {
      try {
        return await store.acquire();
      } catch (error) {
        if ((error as { code?: string }).code !== 'store-locked') throw error;
        await sleep(20);
      }
    }
  }
});
