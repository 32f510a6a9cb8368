import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { bundled } from '../../bundled.ts';
import { describeWith, LONG_RUNS, QUESTDB } from '../../needs.ts';
import { kill } from '../writers.ts';
import { type Quest, startQuest } from './quest.ts';

const TIMES = LONG_RUNS ? 60 : 8;

describeWith(QUESTDB)('two processes that write a QuestDB store under one right', () => {
  let quest: Quest;
  let children: ChildProcess[] = [];
  beforeAll(async () => {
    quest = await startQuest();
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    children = [];
  });
  afterAll(() => quest.destroy());

  it('lose nothing that the other one keeps or tells of at the same time', async () => {
    const url = quest.url('turns_');
    const store = openStore(url);
    const lease = await store.acquire();
    const child = fileURLToPath(bundled('test/store/questdb/teller-child.ts'));
    children = ['0', '1'].map((name) =>
      spawn(process.execPath, [child, url, lease.lock, name, `${TIMES}`], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    await Promise.all(children.map((one) => once(one.stdout as NodeJS.ReadableStream, 'data')));
    const ends = children.map((one) => once(one, 'close'));
    for (const one of children) one.stdin?.write('go');
    expect((await Promise.all(ends)).map(([code]) => code as number)).toEqual([0, 0]);

    const { records } = await store.readRejected();
    const kept = records.flatMap(({ rows }) => rows.map(({ row }) => String(row)));
    const told = ['0', '1'].flatMap((name) => Array.from({ length: TIMES }, (_, n) => `${name} ${n}`));
    expect(kept.toSorted()).toEqual(told.toSorted());
    expect(await store.readActions('AAPL')).toHaveLength(2 * TIMES);
    expect(
      await quest.sql('SELECT count(), count_distinct(ex_date) FROM turns_actions WHERE NOT gone'),
    ).toEqual([[2 * TIMES, 2 * TIMES]]);
    await lease.release();
  });
});
