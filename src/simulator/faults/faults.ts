// What a hostile provider does to a request. Four kinds: another answer, the answer sent badly, its rows in disorder,
// and garbage in its content. The first three are as plain to see as a bad network; `all` stands for them. Garbage
// looks like a good answer. Adding a fault is adding a line to the table of its kind.

import { whole } from '../deliver.ts';
import type { Disorder, Distortions, Garbage } from '../distortion.ts';
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

const disorder = {
  'wrong-ticker': distorted('wrong-ticker'),
  duplicated: distorted('duplicated'),
  unordered: distorted('unordered'),
  milliseconds: distorted('milliseconds'),
} satisfies Record<keyof Disorder, Fault>;

const garbage = {
  crossed: distorted('crossed'),
  'negative-price': distorted('negative-price'),
  'zero-price': distorted('zero-price'),
  'not-a-number': distorted('not-a-number'),
  'negative-volume': distorted('negative-volume'),
  contradicting: distorted('contradicting'),
  microseconds: distorted('microseconds'),
  nanoseconds: distorted('nanoseconds'),
  'wrong-currency': distorted('wrong-currency'),
  'wrong-type': distorted('wrong-type'),
  recycled: distorted('recycled'),
  'other-series': distorted('other-series'),
  jump: distorted('jump'),
  spike: distorted('spike'),
  'gross-spike': distorted('gross-spike'),
  'basis-flip': distorted('basis-flip'),
  constant: distorted('constant'),
  interpolated: distorted('interpolated'),
  filler: distorted('filler'),
  'unit-flip': distorted('unit-flip'),
  'no-splits': distorted('no-splits'),
  empty: distorted('empty'),
  thin: distorted('thin'),
  'stale-tail': distorted('stale-tail'),
  half: distorted('half'),
  stretch: distorted('stretch'),
} satisfies Record<keyof Garbage, Fault>;

const plain = { ...refusals, ...broken, ...disorder };

export type FaultName = keyof typeof plain | keyof Garbage;

export const FAULTS: Readonly<Record<FaultName, Fault>> = { ...plain, ...garbage };

/** The faults by the name that sets them all. The order of each group is part of what a seed means. */
export const FAULT_GROUPS = {
  all: Object.keys(plain) as readonly FaultName[],
  garbage: Object.keys(garbage) as readonly FaultName[],
} as const;
