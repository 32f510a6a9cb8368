import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startSimulator } from '../../src/simulator/server.ts';
import { copyCheckout } from '../package/checkout.ts';
import { DONE_ALREADY, INSTEAD, MARKET, NOW, PAIRS } from './fixtures.ts';

/** How a command line ended, and what it said. */
export interface Ended {
  /** The name of the signal where one ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly said: string;
}

/** A checkout of its own, with an empty home, in which command lines run as a reader of the README would run them. */
export interface Scratch {
  readonly folder: string;
  /** Runs a command line to its end. */
  run(line: string): Promise<Ended>;
  /** Starts one that serves until another one does; gives its first line. What follows has the port in it for `PORT`. */
  serve(line: string): Promise<string>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** A block as it is run here. */
  translated(text: string): string;
  /** The same, with the port of what serves. */
  withPort(text: string): string;
  /** Paths of the files in a folder, relative to it. */
  files(path: string): Promise<string[]>;
  remove(): Promise<void>;
}

const execute = promisify(execFile);

export async function openScratch(): Promise<Scratch> {
  const top = await mkdtemp(join(tmpdir(), 'backfill-readme-'));
  const folder = join(top, 'checkout');
  await mkdir(join(top, 'home'));
  await copyCheckout(folder);
  await standIns(join(top, 'bin'));
  const now = (): number => Date.parse(NOW);
  const simulator = await startSimulator({ wire: 'yahoo', market: MARKET, now });
  const binance = await startSimulator({ wire: 'binance', market: PAIRS, now });
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(BACKFILL_|AWS_|VITEST|npm_|NODE_)/.test(name),
  );
  const env = {
    ...Object.fromEntries(own),
    HOME: join(top, 'home'),
    PATH: [join(top, 'bin'), join(top, 'global', 'bin'), process.env['PATH']].join(delimiter),
    npm_config_prefix: join(top, 'global'),
    npm_config_offline: 'true',
    BACKFILL_NOW: NOW,
    BACKFILL_PROVIDER_URL: `yahoo=${simulator.url}`,
  };
  let served: ChildProcess | undefined;
  let port = 'PORT';
  const translated = (text: string): string =>
    Object.entries(INSTEAD).reduce(
      (all, [from, to]) => all.replaceAll(from, to(simulator.url, binance.url)),
      text,
    );
  const withPort = (text: string): string => translated(text).replaceAll('PORT', port);
  const start = (line: string): ChildProcess =>
    spawn('bash', ['-euo', 'pipefail', '-c', withPort(line)], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const stopServing = async (): Promise<void> => {
    const ending = served && once(served, 'close');
    served?.kill();
    await ending;
  };
  return {
    folder,
    translated,
    withPort,
    run: async (line) => ended(start(line)),
    serve: async (line) => {
      await stopServing();
      served = start(`exec ${line}`);
      const [said] = (await once(served.stdout ?? served, 'data')) as [Buffer];
      port = /:(\d+)/.exec(said.toString())?.[1] ?? 'PORT';
      return said.toString();
    },
    write: async (files) => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
    },
    files: async (path) => {
      const entries = await readdir(join(folder, path), { recursive: true, withFileTypes: true });
      return entries.flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(folder, path).length + 1)] : [],
      );
    },
    remove: async () => {
      await stopServing();
      await simulator.close();
      await binance.close();
      await rm(top, { recursive: true });
    },
  };
}

/** Programs that must not do here what they do elsewhere. */
async function standIns(bin: string): Promise<void> {
  const { stdout } = await execute('which', ['npm']);
  const done = DONE_ALREADY.map((line) => `'${line.replace('npm ', '')}') exit 0 ;;`);
  const programs = {
    npm: `case "$*" in\n${done.join('\n')}\nesac\nexec ${stdout.trim()} "$@"`,
    // It would go on; here its command is run once.
    watch: 'shift 2\nexec "$@"',
    // Nothing is to be mailed.
    mail: 'echo "mail: $*"; exit 1',
  };
  await mkdir(bin);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [said, stdout, stderr] = ['', '', ''];
  child.stdout?.setEncoding('utf8').on('data', (part: string) => ((said += part), (stdout += part)));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => ((said += part), (stderr += part)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code: code ?? signal, stdout, stderr, said };
}
