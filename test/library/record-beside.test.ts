import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, startOfDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/index.ts';
import { bundled } from '../bundled.ts';
import { kill, moments, WritingChildren } from '../store/writers.ts';
import { closeAllCounted, openCounted, series } from './counted-sessions.ts';
import { recordedMinute, RECORDED_SERIES } from './recorded-minutes.ts';

const CHILD = fileURLToPath(bundled('test/library/recorder-child.ts'));

let folder: string;
const writers = new WritingChildren();
const recorders: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-recorder-'));
});
afterEach(async () => {
  await writers.end();
  await Promise.all(recorders.splice(0).map(kill));
  await closeAllCounted();
  await rm(folder, { recursive: true });
});

/** Records from a bar on in a process of its own, until it is killed after some more. Gives the last one that was acknowledged. */
async function recordAndDie(store: string, first: number, more: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, store, `${first}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  recorders.push(child);
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    last = Number(line);
    if (last === first + more) {
      // In the middle of one, not always at the same place.
      await sleep(more % 5);
      child.kill('SIGKILL');
    }
  }
  return last;
}

describe('a recorder', () => {
  it('that is killed has lost nothing that it acknowledged, beside a process that writes the store', async () => {
    const writer = await writers.start(folder, 1);
    let next = 0;
    for (const moment of moments(3)) {
      next = (await recordAndDie(folder, next, 3 + Math.floor(moment * 15))) + 1;
      if (next > 30) break;
    }
    expect(writer.child.exitCode).toBeNull();
    const bars = await openHistory({ store: folder, provider: 'none' }).read(RECORDED_SERIES);
    const known = new Map(bars.map((bar) => [bar.ts, bar]));
    for (let n = 0; n < next; n++) expect(known.get(recordedMinute(n).ts)).toMatchObject(recordedMinute(n));
    expect(writer.last()).toBeGreaterThan(0);
  });

  it('loses nothing to runs that take in what it recorded meanwhile', async () => {
    const { history } = await openCounted();
    const ALFA = series('ALFA');
    const days = calendarFor('ALFA').sessions({ from: parseDay('2026-10-01'), to: parseDay('2026-11-20') });
    const prices = { open: 10, high: 11, low: 9, volume: 100 };
    const recording = (async () => {
      for (const [i, day] of days.entries())
        await history.record(ALFA, { ts: startOfDay(day), ...prices, close: 10 + i / 100 });
    })();
    for (const day of days.filter((_, i) => i % 12 === 11))
      await history.ensureRange(ALFA, { start: '2026-10-01', end: formatDay(day) });
    await recording;
    await history.ensureRange(ALFA, { start: '2026-10-01', end: '2026-11-19' });
    await history.ensureRange(series('NYXA'), { start: '2026-11-19', end: '2026-11-19' });
    const revisions = await history.revisions();
    const told = revisions.map(({ before, after }) => (before.source === 'recorded' ? before : after));
    expect(told.map(({ ts, close, source }) => `${ts} ${close} ${source}`)).toEqual(
      days.map((day, i) => `${startOfDay(day)} ${10 + i / 100} recorded`),
    );
  });
});
