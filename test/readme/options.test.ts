import { constants } from 'node:os';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { run } from '../acceptance/programs.ts';
import { README } from './blocks.ts';
import { ROOT } from '../package/checkout.ts';

/** An option as `--help` has it. */
interface Option {
  readonly name: string;
  readonly default: string | undefined;
}

/** Of every program. */
const EVERYWHERE: readonly string[] = ['--help', '--version'];

function optionsIn(help: string): Option[] {
  const [, ...entries] = help.split(/^ +(?:-\w, )?(?=--[a-z])/m);
  return entries.map((entry) => {
    const [name = ''] = /^--[a-z-]+/.exec(entry) ?? [];
    const [, given] = /\[default: ([^\]]*)\]/.exec(entry.replaceAll(/\s+/g, ' ')) ?? [];
    return { name, default: given };
  });
}

/** Rows of the table of the README whose first column has this head: their cells. */
function rowsUnder(head: string): string[][] {
  const table = README.split('\n\n').find((part) => part.startsWith(`| ${head} `));
  const [, , ...rows] = table?.split('\n') ?? [];
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const helps = new Map<string, Option[]>();
beforeAll(async () => {
  const { stdout: help } = await run('backfill', ['--help']);
  helps.set('backfill', optionsIn(help));
  const commands = /\nCommands:\n(.*?)\n\n/s.exec(help)?.[1] ?? '';
  for (const [, command = ''] of commands.matchAll(/^ {2}([a-z][a-z-]*)/gm)) {
    const { stdout } = await run('backfill', [command, '--help']);
    helps.set(command, optionsIn(stdout));
  }
}, 60_000);

const optionsOf = (command: string): string[] =>
  (helps.get(command) ?? []).map(({ name }) => name).filter((name) => !EVERYWHERE.includes(name));

describe('the options', () => {
  const rows = rowsUnder('option');
  const inTable = rows.flatMap(([names = '']) => names.match(/--[a-z-]+/g) ?? []);

  it('of `backfill` are those of the table', () => {
    expect(inTable.length).toBeGreaterThan(20);
    expect(inTable.toSorted()).toEqual(optionsOf('backfill').toSorted());
  });

  it('have the defaults that the table says', () => {
    const said = rows.flatMap(([names = '', text = '']) =>
      (names.match(/--[a-z-]+/g) ?? []).map((name) => [name, text.replaceAll('`', '')] as const),
    );
    const differ = said.flatMap(([name, text]) => {
      const given = helps.get('backfill')?.find((option) => option.name === name)?.default ?? '';
      return (text === '') === (given === '') && given.startsWith(text)
        ? []
        : `${name}: "${text}", not "${given}"`;
    });
    expect(differ).toEqual([]);
  });

  it('of every other command are named in the README', () => {
    expect([...helps.keys()]).toEqual(expect.arrayContaining(['check-data', 'export', 'query', 'simulate']));
    const named = new Set(README.match(/--[a-z-]+/g));
    const silent = [...helps.keys()].flatMap((command) =>
      optionsOf(command).flatMap((name) => (named.has(name) ? [] : `${command} ${name}`)),
    );
    expect(silent).toEqual([]);
  });

  it('that the README names are options of some command, of the bench, of a bundler or of Docker Compose', () => {
    const known = new Set([
      ...[...helps.keys()].flatMap(optionsOf),
      ...EVERYWHERE,
      // Other names of --tickers and --interval.
      '--symbols',
      '--timeframes',
      '--quick',
      '--publish',
      '--external',
      // Of Node.
      '--max-old-space-size',
      ...['--scale', '--rm', '--no-deps', '--use-aliases'],
    ]);
    // What other programs have stands in a section of its own, whose right side is tried by a test of its own.
    const own = README.replace(/^## Coming from …$.*?^## /ms, '## ');
    expect(own.length).toBeLessThan(README.length);
    // A rule of a table is no option, nor is what several begin with.
    const named = own.match(/(?<![-\w])--[a-z][a-z-]*(?<!-)(?![-\w])/g) ?? [];
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the exit codes', () => {
  it('are those of the table', () => {
    const told = rowsUnder('exit code').flatMap(([codes = '']) => codes.split(', ').map(Number));
    const signals = (['SIGHUP', 'SIGINT', 'SIGTERM'] as const).map((name) => 128 + constants.signals[name]);
    const all = new Set([...Object.values(EXIT), ...signals]);
    expect(told.toSorted((a, b) => a - b)).toEqual([...all].toSorted((a, b) => a - b));
  });
});

describe('the dependencies', () => {
  it('all have a reason', async () => {
    const packed = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    const dependencies = { ...packed.dependencies, ...packed.peerDependencies };
    const reasons = rowsUnder('package').flatMap(([names = '']) => names.match(/(?<=`)[^`,]+(?=`)/g) ?? []);
    expect(Object.keys(dependencies).filter((name) => !reasons.includes(name))).toEqual([]);
    // What makes, documents and checks what is packed is not needed after.
    const tools = new Set(['rolldown', 'esbuild', 'typedoc', 'typescript-6', 'publint', ', ']);
    const gone = reasons.filter((name) => !(name in dependencies) && !tools.has(name));
    expect(gone).toEqual([]);
  });
});
