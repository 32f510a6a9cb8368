import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { built } from '../acceptance/programs.ts';
import { LONG_RUNS } from '../needs.ts';

/**
 * The built programs in a real terminal: a tmux of its own, with a shell in it, in an empty home.
 *
 *     describeWith(TMUX)('check-data', () => {
 *       it('fits 80 columns', async () => {
 *         await using terminal = await openTerminal({ columns: 80, rows: 24 });
 *         expect(await terminal.run('check-data --store store')).toBe(0);
 *         await expectScreen(await terminal.screen(), 'check-data-80');
 *       });
 *     });
 *
 * `backfill` and `check-data` are on the PATH, the prompt is `$ `, HOME is the working folder and is empty (so state,
 * `.env` and stores lie in it; `terminal.home` is its path), and no variable of the caller's is set but PATH.
 * `expectScreen` compares with `screens/NAME.txt`; after `UPDATE_SCREENS=1 npx vitest run --config
 * test/vitest.config.ts --project terminal --project moments` the files are what the screens were: read the diff.
 * `npm run build` first: what runs is `dist`. Give `--now`, so that dates stay; durations, rates, ports and the home are
 * masked.
 */
export interface Terminal extends AsyncDisposable {
  /** The shell's HOME and working folder; removed at the end. */
  readonly home: string;
  /** Types a command line and Enter; gives its exit code once the prompt is back. Default patience: 60 s. */
  run(command: string, patienceMs?: number): Promise<number>;
  /** Types a command line and Enter, and does not wait. */
  start(command: string): Promise<void>;
  /** Exit code of the last command, once the prompt is back. */
  ended(patienceMs?: number): Promise<number>;
  /** Presses keys by their names in tmux: `C-c`, `C-z`, `Enter`, `y`. */
  press(...keys: string[]): Promise<void>;
  /** Waits for text anywhere on the screen, and gives the screen. Fails with the screen after `patienceMs` (20 s). */
  waitFor(text: RegExp, patienceMs?: number): Promise<string>;
  /** What is to be seen now, without blanks at the ends; `history`: with what has scrolled away; `colours`: with escapes. */
  screen(options?: { readonly history?: boolean; readonly colours?: boolean }): Promise<string>;
  /** How the programs left the terminal. */
  modes(): Promise<TerminalModes>;
  /** Makes the window as wide and high as this: the programs get SIGWINCH. */
  resize(columns: number, rows: number): Promise<void>;
}

export interface TerminalModes {
  readonly cursorIsVisible: boolean;
  readonly wraps: boolean;
  /** Of the cursor, from 0. */
  readonly column: number;
}

export const WHOLE = { cursorIsVisible: true, wraps: true, column: '$ '.length } satisfies TerminalModes;

/** At which widths the same screens are compared: where lines break, and in the long form where few do, too. */
export const WIDTHS: readonly number[] = LONG_RUNS ? [80, 60] : [60];

const execute = promisify(execFile);
const POLL_MS = 25;
let opened = 0;

/** A terminal with a shell at its prompt. `environment` adds to the shell's variables. */
export async function openTerminal({
  columns,
  rows,
  environment = {},
}: {
  readonly columns: number;
  readonly rows: number;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-terminal-'));
  const home = join(folder, 'home');
  await mkdir(home);
  await layOut(folder);
  const socket = `backfill-${process.pid}-${++opened}`;
  const tmux = async (...args: string[]): Promise<string> => {
    const { stdout } = await execute('tmux', ['-u', '-L', socket, '-f', join(folder, 'tmux.conf'), ...args]);
    return stdout;
  };
  const variables = { ...shellVariables(folder, home), ...environment };
  const shell = ['env', '-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  await tmux(
    ...['new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', home],
    [...shell, 'bash', '--noprofile', '--rcfile', join(folder, 'bashrc'), '-i'].map(quoted).join(' '),
  );
  const close = async (): Promise<void> => {
    await tmux('kill-server').catch(() => undefined);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  const terminal = terminalOf(tmux, folder, { home, close });
  await terminal.waitFor(/\$$/);
  return terminal;
}

function terminalOf(
  tmux: (...args: string[]) => Promise<string>,
  folder: string,
  { home, close }: { readonly home: string; readonly close: () => Promise<void> },
): Terminal {
  let started = 0;
  const screen: Terminal['screen'] = async ({ history = false, colours = false } = {}) => {
    const options = [...(history ? ['-S', '-'] : []), ...(colours ? ['-e'] : [])];
    const text = await tmux('capture-pane', '-p', ...options);
    return text.replaceAll(/[ \t]+$/gm, '').trimEnd();
  };
  const until = async (what: string, patienceMs: number, isSo: () => Promise<boolean>): Promise<void> => {
    for (const since = performance.now(); !(await isSo()); await sleep(POLL_MS)) {
      if (performance.now() - since < patienceMs) continue;
      throw new Error(`${what}: not so after ${patienceMs} ms; the screen was\n${await screen()}`);
    }
  };
  const start = async (command: string): Promise<void> => {
    started++;
    await tmux('send-keys', '-l', command);
    await tmux('send-keys', 'Enter');
  };
  const ended = async (patienceMs = 60_000): Promise<number> => {
    let codes: string[] = [];
    await until('the command ended', patienceMs, async () => {
      codes = (await readFile(join(folder, 'codes'), 'utf8').catch(() => '')).split('\n').slice(1, -1);
      return codes.length >= started && (await screen()).endsWith('$');
    });
    return Number(codes.at(-1));
  };
  return {
    home,
    screen,
    start,
    ended,
    run: async (command, patienceMs) => {
      await start(command);
      return ended(patienceMs);
    },
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    waitFor: async (text, patienceMs = 20_000) => {
      let seen = '';
      await until(`${String(text)} was shown`, patienceMs, async () => text.test((seen = await screen())));
      return seen;
    },
    modes: async () => {
      const flags = await tmux('display-message', '-p', '#{cursor_flag} #{wrap_flag} #{cursor_x}');
      const [cursor, wrap, column] = flags.trim().split(' ').map(Number);
      return { cursorIsVisible: cursor === 1, wraps: wrap === 1, column: column ?? -1 };
    },
    resize: async (columns, rows) =>
      void (await tmux('resize-window', '-x', String(columns), '-y', String(rows))),
    [Symbol.asyncDispose]: close,
  };
}

/** The programs by their names, and a shell that notes each exit code before it shows its prompt. */
async function layOut(folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'));
  for (const name of ['backfill', 'check-data']) {
    const file = join(folder, 'bin', name);
    await writeFile(file, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(built(name))} "$@"\n`);
    await chmod(file, 0o755);
  }
  await writeFile(
    join(folder, 'tmux.conf'),
    'set -g status off\nset -g default-terminal screen-256color\nset -g history-limit 20000\n',
  );
  await writeFile(
    join(folder, 'bashrc'),
    `PS1='$ '\nPROMPT_COMMAND='echo $? >> ${quoted(join(folder, 'codes'))}'\n`,
  );
}

function shellVariables(folder: string, home: string): Record<string, string> {
  const path = [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  return { PATH: path, HOME: home, TERM: 'screen-256color', LANG: 'C.UTF-8', TZ: 'UTC' };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What differs from run to run and from machine to machine. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\S*backfill-terminal-\w+\/home/g, 'HOME'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/[\d,]+ bars\/s/g, 'N bars/s'],
  [/\b(in|ETA:?|elapsed) (?:\d+[dhms] ?)+(?<! )/g, '$1 TIME'],
];

/**
 * Compares a screen with `screens/NAME.txt`, after masking what differs from run to run and then `masks`. With
 * UPDATE_SCREENS=1 writes that file.
 */
export async function expectScreen(
  screen: string,
  name: string,
  masks: readonly (readonly [RegExp, string])[] = [],
): Promise<void> {
  const masked = [...MASKS, ...masks].reduce((text, [what, by]) => text.replaceAll(what, by), screen);
  const file = new URL(`screens/${name}.txt`, import.meta.url);
  if (process.env['UPDATE_SCREENS'] === '1') await writeFile(file, `${masked}\n`);
  expect(`${masked}\n`).toBe(await readFile(file, 'utf8'));
}
