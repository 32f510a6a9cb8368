import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { describeWith, LONG_RUNS, QUESTDB } from '../needs.ts';
import { describeStore } from './contract.ts';
import { RUNS } from './contract/subject.ts';
import { type Quest, startQuest } from './questdb/quest.ts';

describeWith(QUESTDB)('QuestDB', () => {
  let quest: Quest;
  let stores = 0;
  beforeAll(async () => {
    quest = await startQuest();
  });
  afterAll(() => quest.destroy());

  describeStore(
    'the QuestDB store',
    () => {
      const prefix = `store_${stores}_`;
      const open = () => openStore(quest.url(prefix));
      const destroy = async (): Promise<void> => {
        if (!(await quest.clear(prefix))) stores++;
      };
      return Promise.resolve({ store: open(), reopen: open, destroy, runs: LONG_RUNS ? RUNS : 3 });
    },
    false,
  );
});
