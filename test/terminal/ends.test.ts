import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TMUX, describeWith, sampled } from '../needs.ts';
import type { RunningSimulator } from '../acceptance/programs.ts';
import { configure, simulateYahoo } from './simulated.ts';
import { type Terminal, WHOLE, expectScreen, openTerminal } from './terminal.ts';

/** What only the line of a run's progress has. */
const PROGRESS = /\d+\/\d+ \(|ETA:|Elapsed:|#{3}|\.{9}/;

/** Counts, which differ with the moment of the end. */
const COUNTS = [
  [/(?<=after )\d+/g, 'N'],
  [/tickers?(?=\.)/g, 'tickers'],
  [/(Fetched|Errors|Skipped|Not run|Bars|Sent|Not sent): [\d,]+/g, '$1: N'],
  [/\([\d,]+ new/g, '(N new'],
  // So much may be too long for its line, or not.
  [/\s+Received: [\d.]+ \w+/g, '  Received: N'],
] as const;

/** Nothing of the progress is left, and the prompt stands at the beginning of a line of its own. */
async function expectWhole(terminal: Terminal): Promise<string> {
  expect(await terminal.modes()).toEqual(WHOLE);
  const screen = await terminal.screen({ history: true });
  expect(screen.split('\n').filter((line) => PROGRESS.test(line))).toEqual([]);
  expect(screen.split('\n').at(-1)).toBe('$');
  return screen;
}

describeWith(TMUX)('a terminal is whole after a run', () => {
  let quick: RunningSimulator;
  /** Answers nothing. */
  const silent = createServer();
  beforeAll(async () => {
    quick = await simulateYahoo('--latency', '200ms');
    await once(silent.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    await quick.stop();
    silent.closeAllConnections();
    silent.close();
  });

  const open = async (columns = 80, simulator: Pick<RunningSimulator, 'url'> = quick): Promise<Terminal> => {
    const terminal = await openTerminal({ columns, rows: 30 });
    await configure(terminal, simulator);
    return terminal;
  };
  const startRun = async (terminal: Terminal): Promise<void> => {
    await terminal.start('backfill');
    await terminal.waitFor(/ [2-9]\/12 \(/);
  };

  /** Sends a signal to a run that is under way, with what is typed behind the run. */
  const signalRun = async (terminal: Terminal, signal: NodeJS.Signals, behind = ''): Promise<void> => {
    await terminal.start(`sh -c 'echo $$ > pid; exec backfill'${behind}`);
    await terminal.waitFor(/ [2-9]\/12 \(/);
    process.kill(Number(await readFile(join(terminal.home, 'pid'), 'utf8')), signal);
  };

  it.each([80, 60])('that Ctrl-C stopped, at %i columns', async (columns) => {
    await using terminal = await open(columns);
    await startRun(terminal);
    await terminal.press('C-c');
    const stopping = await terminal.waitFor(/Stopping/);
    expect(stopping).toMatch(/^Stopping: finishing what is in flight/m);
    expect(await terminal.ended()).toBe(130);
    await expectScreen(await expectWhole(terminal), `ctrl-c-${columns}`, COUNTS);
  });

  it('that a second Ctrl-C ended at once', async () => {
    const { port } = silent.address() as AddressInfo;
    await using terminal = await open(80, { url: `http://127.0.0.1:${port}` });
    const asked = once(silent, 'request');
    await terminal.start('backfill');
    // A run of which nothing is in flight ends at once.
    await asked;
    await terminal.waitFor(/Elapsed: \d/);
    await terminal.press('C-c');
    await terminal.waitFor(/Stopping/);
    // The line is there again as a rule, but in time only where the machine is not busy: a run stops by itself after five seconds.
    await terminal.waitFor(/^\[.*stopping/m, 500).catch(() => undefined);
    await terminal.press('C-c');
    expect(await terminal.ended()).toBe(130);
    // Else it would say that it was interrupted, and what it did.
    await expectScreen(await expectWhole(terminal), 'ctrl-c-twice-80', [...COUNTS, [/^\^C$/gm, '']]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('that %s stopped', async (signal, code) => {
    await using terminal = await open();
    await signalRun(terminal, signal);
    expect(await terminal.ended()).toBe(code);
    expect(await expectWhole(terminal)).toMatch(/^Interrupted after/m);
  });

  it('that SIGKILL ended, but for the line itself', async () => {
    await using terminal = await open();
    await signalRun(terminal, 'SIGKILL', '; echo " ended $?"');
    await terminal.waitFor(/ ended 137/);
    expect(await terminal.modes()).toMatchObject({ cursorIsVisible: true, wraps: true });
  });

  it('that Ctrl-\\ ended', async () => {
    await using terminal = await open();
    await terminal.start('ulimit -c 0');
    await startRun(terminal);
    await terminal.press('C-\\');
    expect(await terminal.ended()).toBe(131);
    await expectWhole(terminal);
  });

  it('that an error of its own ended', async () => {
    await using terminal = await open();
    const preload = join(terminal.home, 'preload.mjs');
    await writeFile(
      preload,
      `import { isMainThread } from 'node:worker_threads';
       if (isMainThread) setTimeout(() => { throw new Error('boom'); }, 2000);`,
    );
    await terminal.start(`NODE_OPTIONS='--import ${preload}' backfill`);
    expect(await terminal.ended()).not.toBe(0);
    expect(await expectWhole(terminal)).toMatch(/^Error: boom/m);
  });

  it('whose threads died', async () => {
    await using terminal = await open();
    const preload = join(terminal.home, 'preload.mjs');
    await writeFile(
      preload,
      `import { isMainThread, threadId } from 'node:worker_threads';
       if (!isMainThread && threadId < 3) setTimeout(() => process.exit(7), 1200);`,
    );
    await terminal.start(`NODE_OPTIONS='--import ${preload}' backfill`);
    expect(await terminal.ended()).toBe(0);
    expect(await expectWhole(terminal)).toMatch(/^Backfill complete/m);
  });

  it('whose disk became full', async ({ skip }) => {
    await using terminal = await open();
    await mkdir(join(terminal.home, 'data'));
    const mount = 'mount -t tmpfs -o size=48k small data';
    skip((await terminal.run(`unshare -rm sh -c "${mount}"`)) !== 0, 'no name space for a small disk here');
    await terminal.start(`clear; unshare -rm sh -c "${mount} && backfill"`);
    expect(await terminal.ended()).toBe(1);
    expect(await expectWhole(terminal)).toMatch(/ENOSPC|no space/);
  });

  it.each(['--json | true', '2>&1 | head -1'])('of which nobody reads the end: %s', async (more) => {
    await using terminal = await open();
    await terminal.start(`backfill ${more}`);
    expect(await terminal.ended()).toBe(0);
    await expectWhole(terminal);
  });

  const sizes: readonly (readonly [how: string, widths: readonly number[], pauseMs: number])[] = [
    ['narrower', [57, 34, 20], 400],
    ['narrower by a pull', [76, 72, 68, 60, 50, 40, 34], 30],
    ['wider', [110, 140], 400],
    ['narrower and wider', [41, 100, 30, 80], 400],
  ];
  it.each(sampled(sizes, 2, 'sizes'))('while which it was made %s', async (_, widths, pauseMs) => {
    await using terminal = await open();
    await startRun(terminal);
    for (const columns of widths) {
      await terminal.resize(columns, 30);
      await setTimeout(pauseMs);
    }
    expect(await terminal.ended()).toBe(0);
    await expectWhole(terminal);
  });

  it('that Ctrl-Z suspended: the prompt is free, and fg goes on', async () => {
    await using terminal = await open();
    await startRun(terminal);
    await terminal.press('C-z');
    await terminal.waitFor(/Stopped/);
    expect(await terminal.ended()).toBe(148);
    await expectWhole(terminal);
    expect(await terminal.run('bg; sleep 0.6; echo free')).toBe(0);
    expect(await expectWhole(terminal)).toMatch(/^free$/m);
    await terminal.start('fg');
    await terminal.waitFor(/^\[.*\(/m);
    expect(await terminal.ended()).toBe(0);
    expect(await expectWhole(terminal)).toMatch(/^Backfill complete/m);
  });

  it('in the background, which shows no progress there', async () => {
    await using terminal = await open();
    await terminal.start('backfill & sleep 2');
    expect(await terminal.ended()).toBe(0);
    await expectWhole(terminal);
    await terminal.start('wait');
    expect(await terminal.ended()).toBe(0);
    expect(await expectWhole(terminal)).toMatch(/^Backfill complete/m);
  });
});
