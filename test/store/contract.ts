import { describe } from 'vitest';
import { describeActions } from './contract/actions.ts';
import { describeBars } from './contract/bars.ts';
import { describeForget } from './contract/forget.ts';
import { describeHoldings } from './contract/holdings.ts';
import { describeKnowledge } from './contract/knowledge.ts';
import { describeLock } from './contract/lock.ts';
import { describeHandedOver } from './contract/handed-over.ts';
import { describeLiveRecord } from './contract/live-record.ts';
import { describeQuotaJournal } from './contract/quota-journal.ts';
import { describeRecords } from './contract/records.ts';
import { describeRejected } from './contract/rejected.ts';
import { describeRenames } from './contract/renames.ts';
import { describeReplay } from './contract/replay.ts';
import { describeRevisions } from './contract/revisions.ts';
import { describeScan } from './contract/scan.ts';
import { describeSeries } from './contract/series.ts';
import { describeShared, describeUnshared } from './contract/shared.ts';
import { describeStaging } from './contract/staging.ts';
import { describeTopUps } from './contract/top-ups.ts';
import type { StoreUnderTest } from './contract/subject.ts';

/** What every store has to do, whatever it keeps its bars in. `isShared`: among several machines. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>, isShared: boolean): void {
  describe(`store contract: ${name}`, () => {
    describeBars(open);
    describeSeries(open);
    describeReplay(open);
    describeRevisions(open);
    describeKnowledge(open);
    describeTopUps(open);
    describeScan(open);
    describeForget(open);
    describeActions(open);
    describeRejected(open);
    describeRenames(open);
    describeRecords(open);
    describeQuotaJournal(open);
    describeHandedOver(open);
    describeLiveRecord(open);
    describeStaging(open);
    describeHoldings(open);
    describeLock(open);
    (isShared ? describeShared : describeUnshared)(open);
  });
}
