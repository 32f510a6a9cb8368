// What a hostile provider does to a request. Three kinds: another answer, the answer sent badly, the answer with wrong
// content. Adding one is adding a line to the table of its kind.

import { whole } from '../deliver.ts';
import type { Distortions } from '../wire.ts';
import { broken } from './broken.ts';
import type { Fault } from './fault.ts';
import { refusals } from './refusals.ts';

/** The wire's answer with wrong content, sent well. */
function distorted(how: keyof Distortions): Fault {
  return (hit) => {
    const answer = hit.distorted(how);
    return answer === null ? null : whole(answer);
  };
}

const distortions = {
  'wrong-ticker': distorted('wrongTicker'),
  duplicated: distorted('duplicated'),
  unordered: distorted('unordered'),
  milliseconds: distorted('milliseconds'),
} satisfies Record<string, Fault>;

const TABLE = { ...refusals, ...broken, ...distortions };

export type FaultName = keyof typeof TABLE;

export const FAULTS: Readonly<Record<FaultName, Fault>> = TABLE;

/** All faults. Their order is part of what a seed means. */
export const FAULT_NAMES = Object.keys(TABLE) as readonly FaultName[];
