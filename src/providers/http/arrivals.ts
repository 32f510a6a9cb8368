import { CELL, type GateState } from './gate-state.ts';
import type { Gate } from './gate.ts';

/** What of a gate hears how requests get there. */
export function arrivals(
  state: GateState,
  clock: () => number,
): Pick<Gate, 'connecting' | 'departed' | 'arrived' | 'ended'> {
  const arrived = (request: number): void =>
    state.alone((cells, recent) => {
      const now = clock();
      const late = recent.onTheirWay.end(request, now);
      if (late !== undefined && late.lateMs > (cells[CELL.catchUp] ?? 0)) noteLate(cells, late.slot, now);
    });
  return {
    connecting: (request) => state.alone((_, recent) => recent.onTheirWay.begin(request)),
    departed: (request) => state.alone((_, recent) => recent.noteSent(request, clock())),
    arrived,
    ended: arrived,
  };
}

/** Notes for the keeper that the request of a slot may have arrived as late as `now`. */
function noteLate(cells: Float64Array, slot: number, now: number): void {
  const earlier = cells[CELL.lateSlot] ?? -1;
  cells[CELL.lateSlot] = earlier < 0 ? slot : Math.min(earlier, slot);
  cells[CELL.lateAt] = now;
}

/** Takes that note. `slot` -1: there is none. */
export function takeLate(cells: Float64Array): { readonly slot: number; readonly at: number } {
  const late = { slot: cells[CELL.lateSlot] ?? -1, at: cells[CELL.lateAt] ?? 0 };
  cells[CELL.lateSlot] = -1;
  return late;
}
