import { describe } from 'vitest';
import { sampled } from '../needs.ts';
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

/** Of what a store keeps in tables that grow. */
const ROWS = [describeBars, describeRevisions, describeForget, describeReplay];
const REST = [
  ...[describeSeries, describeKnowledge, describeTopUps, describeScan, describeActions, describeRejected],
  ...[describeRenames, describeRecords, describeQuotaJournal, describeHandedOver, describeLiveRecord],
  ...[describeStaging, describeHoldings, describeLock],
];

/** What every store has to do, whatever it keeps its bars in. `isShared`: among several machines. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>, isShared: boolean): void {
  describe(`store contract: ${name}`, () => {
    for (const part of [...ROWS, ...REST, isShared ? describeShared : describeUnshared]) part(open);
  });
}

/** What a store has to do that is another one but for how it keeps rows: all of those, and some of the rest. */
export function describeSameButRows(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    for (const part of [...ROWS, ...sampled([...REST, describeShared], 4, name)]) part(open);
  });
}
