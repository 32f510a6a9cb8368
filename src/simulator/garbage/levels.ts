// Rows that are sound one by one, on another level than their neighbours.

import { changed, one, run, some, traded } from './chosen.ts';
import { type Garbling, changingRows } from './form.ts';
import { scaled } from './rows.ts';

const CRASH = 0.6;
const SPLIT = 4;
const PENCE = 100;

export const jump = changingRows((rows, { random }, { price }) => {
  const kept = Math.ceil(rows.length / 2);
  const first = kept + Math.floor(random() * (rows.length - kept));
  return changed(rows, { has: (i) => i >= first }, (row) => scaled(row, CRASH, price));
});

export const spike = oneTimes(1.35);

export const grossSpike = oneTimes(8);

function oneTimes(factor: number): Garbling {
  return changingRows((rows, { random }, { price }) =>
    changed(rows, one(traded(rows), random), (row) => scaled(row, factor, price)),
  );
}

export const basisFlip = changingRows((rows, _, { price }) => {
  const middle = Math.floor(rows.length / 2);
  return changed(rows, { has: (i) => i < middle }, (row) => ({
    ...scaled(row, 1 / SPLIT, price),
    volume: row.volume * SPLIT,
  }));
});

/** A run where chance has it and there is room for one. */
export const unitFlip = changingRows((rows, { random }, { price }) => {
  const indexes = traded(rows);
  const stretch = random() < 0.5 ? run(indexes, random) : [];
  const flipped = stretch.length > 0 ? new Set(stretch) : some(indexes, random);
  return changed(rows, flipped, (row) => scaled(row, PENCE, price));
});
