import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bar, Series } from '../../../../src/core/bars/bars.ts';
import { calendarById } from '../../../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay } from '../../../../src/core/session/day.ts';
import type { DamageKind, Examination } from '../../../../src/store/damage.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { SeriesState } from '../../../../src/store/scan.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  barAt,
  coverage,
  days,
  NOON,
  temporaryFolder,
  update,
} from '../../fixtures.ts';
import { fileOf, rowsIn } from '../../rows.ts';
import { unsealedWords } from '../own-words.ts';
import { tellActions } from '../../told-actions.ts';

export const NYSE = calendarById('XNYS');
export const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
/** Ex-date in the middle of the range. */
export const SPLIT = { kind: 'split', exDay: parseDay('2025-07-01'), ratio: 4 } as const;
const RANGE = days('2025-03-03', '2025-12-01');
export const SESSIONS = NYSE.sessions(RANGE);
export const LEARNED = coverage({
  present: [RANGE],
  absent: [absence(days('2025-02-03', '2025-03-01'))],
});

/** Closes that wander a little, as traded: a quarter from the split on. */
export const DAILY = SESSIONS.map((day, i): Bar => {
  const close = (day < SPLIT.exDay ? 400 : 100) * (1 + 0.01 * Math.sin(i));
  return barAt(startOfDay(day), { open: close, high: close * 1.01, low: close * 0.99, close });
});
export const OTHER = DAILY.map((bar, i) => ({ ...bar, volume: 1000 + i }));
export const DAY_5M = parseDay('2025-06-02');
export const FIVE = [DAY_5M, DAY_5M + 1].flatMap((day) =>
  Array.from({ length: 78 }, (_, i) => barAt(NYSE.session(day).open + i * 300_000, { close: 100 + i / 100 })),
);
const LEARNED_5M = coverage({ present: [days('2025-06-02', '2025-06-04')] });
export const DAILY_FILE = barsPath({ series: AAPL, period: 'all' });
export const MSFT_FILE = barsPath({ series: MSFT, period: 'all' });
export const FIVE_FILE = barsPath({ series: AAPL_5M, period: '2025' });

/** A sound store of three series, new for each test. */
export let root: string;
export let store: BarStore;
let remove: () => Promise<void>;

/** Has each test of a file begin with a sound store of its own. */
export function beginSound(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
    store = openParquetStore(root);
    const lock = await store.acquire();
    // As a run does, which knows in the end what its files hold.
    await store.scan();
    await fill();
    await store.upsert(update(OTHER, { series: MSFT, learned: LEARNED }));
    await store.saveRun(NOON, { ok: true });
    await lock.release();
  });
  afterEach(() => remove());
}

/** What a run would store of AAPL: once more, it closes every gap. */
async function fill(): Promise<void> {
  await store.upsert(update(DAILY, { learned: LEARNED }));
  await store.upsert(update(FIVE, { series: AAPL_5M, learned: LEARNED_5M }));
  await tellActions(store, 'AAPL', [SPLIT], RANGE, 'sample', NOON);
}

export const examine = (fix = false): Promise<Examination> => store.examine({ fix, now: NOON });

export const kindsOf = ({ damages }: Examination): DamageKind[] => damages.map(({ kind }) => kind);

/** All that is stored; that damage was found is noted beside it. */
/** What lies at each path, as text. */
export async function everything(): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const all = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (path.startsWith(join(root, 'damaged'))) continue;
    const { mtimeMs } = await stat(path);
    all.set(path, entry.isFile() ? `${mtimeMs} ${await readFile(path, 'base64')}` : 'folder');
  }
  return all;
}

export async function quarantined(): Promise<string[]> {
  return [...(await everything())].flatMap(([path, content]) =>
    path.startsWith(join(root, 'quarantine')) && content !== 'folder' ? path.slice(root.length + 12) : [],
  );
}

export const stateOf = async ({ ticker, interval }: Series): Promise<SeriesState | undefined> =>
  (await store.scan()).series.get(`${ticker} ${interval}`);

/** The knowledge in a file of an older version, which has no seal, as JSON. */
const entryOf = (path: string): Promise<Record<string, unknown>> => unsealedWords(join(root, path));

export function withoutDigest({ ...entry }: Record<string, unknown>): Record<string, unknown> {
  delete entry['digest'];
  return entry;
}

/** Puts other rows into a file, with its knowledge as another hand would leave it: without a digest. */
export async function rewrite(
  path: string,
  bars: readonly Bar[],
  change: (entry: Record<string, unknown>) => unknown = withoutDigest,
): Promise<void> {
  const entry = change(await entryOf(path));
  const metadata = typeof entry === 'string' ? entry : JSON.stringify(entry);
  await writeFile(join(root, path), fileOf(bars, metadata));
}

/** Turns a bit of the last place where a file has a stamp: where its footer says which is the largest. */
export async function flipBound(path: string, stamp: number): Promise<void> {
  const bytes = await readFile(join(root, path));
  const place = bytes.lastIndexOf(Buffer.from(BigInt64Array.of(BigInt(stamp)).buffer)) + 4;
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  await writeFile(join(root, path), bytes);
}

export const changed = (bars: readonly Bar[], at: number, values: Partial<Bar>): Bar[] =>
  bars.map((bar, i) => (i === at ? { ...bar, ...values } : bar));

export async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

export interface Case {
  readonly name: string;
  readonly kind: DamageKind;
  readonly path: string;
  readonly damage: () => Promise<unknown>;
  readonly what: RegExp;
  /** Sessions of AAPL that are not settled after mending, `1d` then `5m`; default none. */
  readonly gaps?: readonly [number, number];
}

export const ALL: readonly [number, number] = [SESSIONS.length, 0];
export const at = (path: string): string => join(root, path);

/** Tests of damages of one file each. */
export function describeDamages(cases: readonly Case[]): void {
  describe.each(cases)('$name', ({ kind, path, damage, what, gaps = [0, 0] }) => {
    beforeEach(async () => {
      await damage();
    });

    it('is named, and nothing is changed', async () => {
      const before = await everything();
      const { damages } = await examine();
      expect(damages).toEqual([
        {
          path,
          kind,
          what: expect.stringMatching(what),
          mend: expect.any(String),
          mendable: true,
          mended: false,
        },
      ]);
      expect(await everything()).toEqual(before);
    });

    it('is mended: what cannot stay is in quarantine and a gap, and the next run restores it', async () => {
      expect((await examine(true)).damages).toMatchObject([{ path, kind, mended: true }]);
      // What proves its own rows stays.
      if (kind === 'wrong-bounds') expect(await quarantined()).toEqual([]);
      const isLost =
        /\/(bars|actions)\.parquet$/.test(path) &&
        (await quarantined()).some((name) => name.replace(/\.\d{8}T\d{6}Z-\d+$/, '') === path);
      expect((await examine()).damages).toMatchObject(
        isLost ? [{ path, kind: 'lost', mendable: false }] : [],
      );
      const settled = async (series: Series): Promise<number> => {
        const known = (await stateOf(series))?.coverage;
        const count = (ranges: readonly { from: number; to: number }[] = []): number =>
          ranges.reduce((sum, range) => sum + NYSE.sessions(range).length, 0);
        return count(known?.present) - count(known?.provisional);
      };
      expect(await settled(AAPL)).toBe(SESSIONS.length - gaps[0]);
      expect(await settled(AAPL_5M)).toBe(2 - gaps[1]);
      await fill();
      expect(await rowsIn(store, AAPL)).toEqual(expect.arrayContaining(DAILY));
      expect(await rowsIn(store, AAPL_5M)).toEqual(FIVE);
      expect(await settled(AAPL)).toBeGreaterThanOrEqual(SESSIONS.length);
      expect(kindsOf(await examine())).toEqual([]);
    });
  });
}
