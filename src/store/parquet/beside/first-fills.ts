import type { Series } from '../../../core/bars/bars.ts';
import { grouped } from '../../../core/grouped.ts';
import { sealed, unsealed } from '../../../core/seal.ts';
import { INTERVALS } from '../../../core/session/interval.ts';
import type { FirstFillNotes, FirstFills } from '../../lease.ts';
import { fields, instant, list, text } from '../codec/json.ts';
import { orAbsent } from '../files/absent.ts';
import { type Blobs, readText } from '../files/blobs.ts';
import { RUNS } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';
import { putOfRun } from './records.ts';

// One file a run, `runs/ID.filling`, from before its first request until it has compared what it filled:
//
//     {"at": INSTANT, "series": {INTERVAL: [TICKER]}}

const ENDING = '.filling';

/** The notes of a store; `usable` turns what the file system says into `store-unusable`. */
export function openFirstFills(
  blobs: Blobs,
  usable: <T>(work: () => Promise<T>) => Promise<T>,
): FirstFillNotes {
  return {
    list: () => usable(() => readFirstFills(blobs)),
    note: (at, series) => usable(() => putOfRun(blobs, at, noteOf(at, series), { ending: ENDING })),
    remove: (ids) =>
      usable(async () => {
        for (const id of ids) await orAbsent(blobs.remove(pathOf(id)));
      }),
  };
}

function noteOf(at: number, series: readonly Series[]): string {
  const byInterval = grouped(series, ({ interval }) => interval);
  const tickers = [...byInterval].map(([interval, some]) => [interval, some.map(({ ticker }) => ticker)]);
  const note = { at: new Date(at).toISOString(), series: Object.fromEntries(tickers) as object };
  return `${JSON.stringify(sealed(note))}\n`;
}

async function readFirstFills(blobs: Blobs): Promise<FirstFills[]> {
  const names = (await namesIn(blobs, RUNS)).filter((name) => name.endsWith(ENDING)).toSorted();
  const notes: FirstFills[] = [];
  for (const name of names) {
    const id = name.slice(0, -ENDING.length);
    notes.push({ id, ...firstFillsIn((await readText(blobs, pathOf(id))) ?? '') });
  }
  return notes;
}

function firstFillsIn(content: string): Omit<FirstFills, 'id'> {
  try {
    const { document, seal } = unsealed(JSON.parse(content)) ?? {};
    const { at, series } = fields(seal === 'broken' ? undefined : document);
    const byInterval = fields(series);
    const all = INTERVALS.flatMap((interval) =>
      list(byInterval[interval] ?? []).map((ticker) => ({ ticker: text(ticker), interval })),
    );
    return { at: instant(at), series: all };
  } catch {
    return { at: 0, series: [] };
  }
}

function pathOf(id: string): string {
  return `${RUNS}/${id}${ENDING}`;
}
