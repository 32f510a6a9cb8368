// Rows that are sound one by one, on another level than their neighbours.

import type { Distortion } from '../../distortion.ts';
import { scaled, type TradedBar, withBars } from '../chart.ts';
import { changed, one, run, some, traded } from '../chosen.ts';

const CRASH = 0.6;
const SPLIT = 4;
const PENCE = 100;

export const jump: Distortion = (answer, { random }) =>
  withBars(answer, (bars) => {
    const kept = Math.ceil(bars.length / 2);
    const first = kept + Math.floor(random() * (bars.length - kept));
    return changed(bars, { has: (i) => i >= first }, (bar) => scaled(bar, CRASH));
  });

export const spike: Distortion = oneTimes(1.35);

export const grossSpike: Distortion = oneTimes(8);

function oneTimes(factor: number): Distortion {
  return (answer, { random }) =>
    withBars(answer, (bars) => changed(bars, one(traded(bars), random), (bar) => scaled(bar, factor)));
}

export const basisFlip: Distortion = (answer) =>
  withBars(answer, (bars) => {
    const middle = Math.floor(bars.length / 2);
    return changed(bars, { has: (i) => i < middle }, splitOnceMore);
  });

function splitOnceMore(bar: TradedBar): TradedBar {
  return { ...scaled(bar, 1 / SPLIT), volume: bar.volume * SPLIT };
}

/** A run where chance has it and there is room for one. */
export const unitFlip: Distortion = (answer, { random }) =>
  withBars(answer, (bars) => {
    const indexes = traded(bars);
    const stretch = random() < 0.5 ? run(indexes, random) : [];
    const flipped = stretch.length > 0 ? new Set(stretch) : some(indexes, random);
    return changed(bars, flipped, (bar) => scaled(bar, PENCE));
  });
