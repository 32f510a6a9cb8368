import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { describeWith, STRACE } from '../needs.ts';
import { built, startSimulate } from './programs.ts';
import { type Call, readTrace, type Trace } from './trace.ts';

const NOW = '2018-06-01T00:00:00Z';

let folder = '';
let store = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-durable-'));
  store = join(folder, 'new/store');
  await mkdir(join(folder, 'csv'));
  await writeFile(join(folder, 'csv/actions.csv'), 'ticker,date,kind,value\nMSFT,2017-03-15,dividend,0.39\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the built program to its end and gives its calls of the system. */
async function traced(args: readonly string[], code = 0): Promise<Trace> {
  const log = join(folder, 'trace.txt');
  const calls = 'write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,renameat2,mkdir,unlink';
  const line = ['-f', '-y', '-qq', '-s', '64', '-e', `trace=${calls}`, '-o', log];
  const done = spawnSync('strace', [...line, process.execPath, built('backfill'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(done.stderr).not.toContain('Error:');
  expect([done.status, done.stderr]).toEqual([code, done.stderr]);
  return readTrace(await readFile(log, 'utf8'));
}

const csv = (more: readonly string[] = [], code = 0): Promise<Trace> =>
  traced(
    [
      ...['--provider', 'csv', '--provider-url', 'csv=csv', '--basis', 'raw', '--tickers', 'MSFT'],
      ...['--start', '2017-02-27', '--end', '2017-03-30', '--now', NOW],
      ...['--store', store, '--state', join(folder, 'state'), ...more],
    ],
    code,
  );

/** Writes a month of MSFT; `close` is one of its prices, `high` another: below the low it is none. */
async function prices({ close = '66.31', high = '70' }): Promise<void> {
  const rows = ['date,open,high,low,close,volume'];
  for (const day of calendarById('XNYS').sessions({
    from: parseDay('2017-02-27'),
    to: parseDay('2017-04-01'),
  })) {
    const date = formatDay(day);
    const price = (64 + Math.sin(day)).toFixed(2);
    const [top, last] = [date === '2017-03-21' ? high : '70', date === '2017-03-13' ? close : price];
    rows.push(`${date},${price},${top},60,${last},${1000 + day}`);
  }
  await writeFile(join(folder, 'csv/MSFT.csv'), `${rows.join('\n')}\n`);
}

/** Files of the store whose path matches. */
async function filesLike(pattern: RegExp): Promise<string[]> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => pattern.test(path));
}

/** The first of some calls that begins after another one has ended. */
function next(calls: readonly Call[], before: Call, what: string): Call {
  const found = calls.find((call) => call.begun > before.ended);
  if (found === undefined) throw new Error(`no ${what} after ${before.text}`);
  return found;
}

const syncAfter = (trace: Trace, before: Call, path: string): Call =>
  next(trace.of('fsync', path), before, `fsync of ${path}`);

/** The last write of what a file holds, if it is renamed of what it holds then: another one may have its name later. */
function filled(trace: Trace, path: string, rename?: Call): Call {
  const last = trace.of('write', path).findLast(({ begun }) => rename === undefined || begun < rename.begun);
  if (last === undefined) throw new Error(`nothing was written to ${path}`);
  return last;
}

/** Where the program says on stderr that it is done: what it acknowledges has to be durable by then. */
function saidBy(trace: Trace, word: string): Call {
  const said = trace.calls.find(
    ({ name, text }) => name === 'write' && text.startsWith('write(2<') && text.includes(word),
  );
  if (said === undefined) throw new Error(`nobody said "${word}"`);
  return said;
}

/** Expects write → fsync of the file → rename → fsync of its folder, and then `said`. */
function expectReplaced(trace: Trace, path: string, said: Call): Call {
  const rename = trace.calls.find(({ name, to, ok }) => name === 'rename' && to === path && ok);
  if (rename?.from === undefined) throw new Error(`nothing was renamed to ${path}`);
  const synced = syncAfter(trace, filled(trace, rename.from, rename), rename.from);
  expect(synced.ended).toBeLessThan(rename.begun);
  const durable = syncAfter(trace, rename, dirname(path));
  expect(durable.ended).toBeLessThan(said.begun);
  return durable;
}

/** Expects that the name of each new folder below the trial's own is flushed in the one above it, and then `said`. */
function expectFolders(trace: Trace, said: Call): number {
  const made = trace.calls.filter(({ name, ok, path }) => name === 'mkdir' && ok && path?.startsWith(folder));
  for (const one of made)
    expect(syncAfter(trace, one, dirname(one.path ?? '')).ended).toBeLessThan(said.begun);
  return made.length;
}

async function onlyFile(pattern: RegExp): Promise<string> {
  const [path, ...more] = await filesLike(pattern);
  if (path === undefined || more.length > 0) throw new Error(`not one file is ${String(pattern)}`);
  return path;
}

const of = (path: string): string => join(store, path);
const BARS = 'bars/interval=1d/ticker=MSFT/period=all/bars.parquet';
const REVISIONS = 'revisions/interval=1d/ticker=MSFT/period=all/revisions.parquet';

describeWith(STRACE)('what the built program asks of the system before it says that it is done', () => {
  it('flushes bars, splits and dividends, rejected rows and the record of the run, and every new folder', async () => {
    await prices({ high: '1' });
    // A session is newly lost.
    const trace = await csv([], 1);
    const said = saidBy(trace, 'Backfill ended in');
    const actions = expectReplaced(trace, of('actions/ticker=MSFT/actions.parquet'), said);
    const bars = expectReplaced(trace, of(BARS), said);
    expect(actions.ended).toBeLessThan(bars.begun);
    // After a power loss whoever held the store is known to have, before anything of his lies in it.
    const lock = of('.lock');
    const [holder] = trace.of('write', lock);
    if (holder === undefined) throw new Error('nobody said who holds the store');
    expect(syncAfter(trace, holder, lock).ended).toBeLessThan(actions.begun);
    expectReplaced(trace, await onlyFile(/\/runs\//), said);
    const rejected = await onlyFile(/quarantine\/rows\//);
    const kept = syncAfter(trace, filled(trace, rejected), rejected);
    expect(syncAfter(trace, kept, dirname(rejected)).ended).toBeLessThan(said.begun);
    // The store and the folder above it, two of actions, four of bars, four of quarantine, one of runs.
    expect(expectFolders(trace, said)).toBeGreaterThanOrEqual(13);
  });

  it('flushes revisions before it touches the bars', async () => {
    await prices({ close: '66.99' });
    const trace = await csv(['--no-gaps']);
    const said = saidBy(trace, 'Backfill complete');
    const revisions = expectReplaced(trace, of(REVISIONS), said);
    const bars = expectReplaced(trace, of(BARS), said);
    expect(revisions.ended).toBeLessThan(bars.begun);
    expect(trace.calls.findIndex(({ to }) => to === of(BARS))).toBeGreaterThan(
      trace.calls.indexOf(revisions),
    );
    expect(expectFolders(trace, said)).toBeGreaterThanOrEqual(4);
  });

  it('flushes renames before it moves a bar, and the removal of what is left of nothing', async () => {
    const trace = await traced(['rename', 'MSFT', 'META', '--on', '2017-04-03', '--store', store]);
    const said = saidBy(trace, 'became');
    const recorded = expectReplaced(trace, of('renames.json'), said);
    const moved = expectReplaced(trace, of(BARS.replace('MSFT', 'META')), said);
    expect(recorded.ended).toBeLessThan(moved.begun);
    const removed = trace.of('unlink', of(BARS)).at(-1);
    if (removed === undefined) throw new Error('nothing was removed');
    expect(moved.ended).toBeLessThan(removed.begun);
    expect(syncAfter(trace, removed, dirname(of(BARS))).ended).toBeLessThan(said.begun);
    expectFolders(trace, said);
  });

  it('flushes both folders when it sets a damaged file aside', async () => {
    // What was renamed has the bars of the file under its new name.
    await rm(store, { recursive: true });
    await csv();
    await truncate(of(BARS), 700);
    const trace = await csv();
    const said = saidBy(trace, 'Backfill complete');
    const aside = await onlyFile(/quarantine\/bars\//);
    const moved = trace.calls.find(({ name, to }) => name === 'rename' && to === aside);
    if (moved === undefined) throw new Error('nothing was moved');
    // The commit that follows flushes the folder too: it is to be done before.
    const refilled = trace.calls.find(
      ({ name, path, begun }) =>
        name === 'write' && begun > moved.ended && path?.startsWith(dirname(of(BARS))) === true,
    );
    for (const path of [aside, of(BARS)])
      expect(syncAfter(trace, moved, dirname(path)).ended).toBeLessThan(refilled?.begun ?? 0);
    expectReplaced(trace, of(BARS), said);
    expectFolders(trace, said);
  });

  it("flushes a quota's use before it sends a request", async () => {
    const simulator = await startSimulate(folder, ['--now', NOW]);
    const where = ['--store', join(folder, 'quota'), '--state', join(folder, 'quota-state'), '--now', NOW];
    const line = ['--provider-url', `yahoo=${simulator.url}`, '--tickers', 'ALFA', '--days', '5'];
    let trace: Trace;
    try {
      trace = await traced([...line, '--rate-limit', '50/min,500/day', ...where]);
    } finally {
      await simulator.stop();
    }
    const asked = trace.calls.find(({ text }) => text.includes('GET /v8/finance/chart'));
    if (asked === undefined) throw new Error('nobody asked');
    const kept = trace.calls.find(
      ({ name, to }) => name === 'rename' && to?.startsWith(join(folder, 'quota-state')),
    );
    expectReplaced(trace, kept?.to ?? '', asked);
    expectFolders(
      { ...trace, calls: trace.calls.filter(({ path = '' }) => path.includes('quota-state')) },
      asked,
    );
  });
});
