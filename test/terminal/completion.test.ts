import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EVERY_COMMAND } from '../../src/cli/commands.ts';
import { bashCompletion } from '../../src/cli/completion/bash.ts';
import { completedCommands } from '../../src/cli/completion/completed.ts';
import { FISH, type Need, TMUX, ZSH, describeWith, itWith } from '../needs.ts';
import { storedOnce } from './stored.ts';
import { openTerminal } from './terminal.ts';

/** Shells, how each begins without anybody's settings, what loads the completion, and what prints `loaded-42` then. */
const SHELLS: readonly (readonly [
  name: string,
  need: Need,
  begins: string,
  loads: string,
  loaded: string,
])[] = [
  [
    'bash',
    TMUX,
    'exec bash --noprofile --norc -i',
    'eval "$(backfill completion bash)"',
    'loaded-$((40 + 2))',
  ],
  [
    'zsh',
    ZSH,
    'exec zsh -f -i',
    'autoload -Uz compinit && compinit -u && eval "$(backfill completion zsh)"',
    'loaded-$((40 + 2))',
  ],
  ['fish', FISH, 'exec fish -i --no-config', 'backfill completion fish | source', 'loaded-(math 40 + 2)'],
];

/** What is typed, and what of it, with Tab behind it, stands on the line then. */
const TYPED: readonly (readonly [typed: string, becomes: string])[] = [
  ['backfill expo', 'backfill export '],
  ['backfill --prof', 'backfill --profile '],
  ['backfill AAPL --provider polygon,bin', 'backfill AAPL --provider polygon,binance'],
  ['backfill AAPL --tier free,dev', 'backfill AAPL --tier free,developer'],
  ['backfill export AAPL --format parq', 'backfill export AAPL --format parquet'],
  ['backfill inspect my-pri', 'backfill inspect my-prices.csv'],
  ['backfill --store my-fol', 'backfill --store my-folder/'],
  ['check-data --only', 'check-data --only-incomplete '],
  ['backfill -t @my-pri', 'backfill -t @my-prices.csv'],
  ['check-data @my-pri', 'check-data @my-prices.csv'],
  ['backfill AAPL,@my-pri', 'backfill AAPL,@my-prices.csv'],
  ['backfill runs sh', 'backfill runs show '],
  ['backfill runs show la', 'backfill runs show last'],
  ['backfill restore new', 'backfill restore newest'],
  ['backfill restore --store my-store 2', 'backfill restore --store my-store ID'],
  ['backfill runs --store my-store show 2', 'backfill runs --store my-store show ID'],
];

/** What a store that was filled once, and of which something was forgotten, calls that. */
const ID = String.raw`\d{8}T\d{6}Z-[\da-f]{4}`;
const STORED = ['ALFA --provider sample --days 3 --quiet', 'forget ALFA --yes'];

describeWith(TMUX)('Tab completes what is typed', () => {
  const store = storedOnce(...STORED);

  for (const [name, need, begins, loads, loaded] of SHELLS)
    itWith(need)(`in ${name}`, async () => {
      await using terminal = await openTerminal({ columns: 100, rows: 24 });
      await writeFile(join(terminal.home, 'my-prices.csv'), 'date,close\n');
      await mkdir(join(terminal.home, 'my-folder'));
      await writeFile(join(terminal.home, 'my-folder.txt'), '');
      await store(terminal, 'my-store');
      await terminal.start(begins);
      await terminal.waitFor(/exec [^\n]*\n[^]*[#$%>]$/);
      await terminal.start(`${loads} && echo ${loaded}`);
      await terminal.waitFor(/^loaded-42/m, 30_000);
      for (const [typed, becomes] of TYPED) {
        await terminal.press(typed, 'Tab');
        // Zsh has a comma behind a word of a list, and takes it back for a blank.
        const line = new RegExp(`[#$%>] ${becomes.trimEnd().replace(/ID$/, ID)},? *$`, 'm');
        expect(await terminal.waitFor(line)).toMatch(line);
        await terminal.press('C-c');
        // What is typed before the shell has heard of it is taken away too, or added to the line.
        await terminal.waitFor(/[#$%>]$/);
      }
    });
});

it('offers every command, and each option of each of them', () => {
  const commands = completedCommands(EVERY_COMMAND);
  const offered = (...words: readonly string[]): string[] => {
    const line = [...words, '-'];
    const ask = `COMP_WORDS=(${line.join(' ')}); COMP_CWORD=${line.length - 1}; _backfill; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc'], {
      input: [...bashCompletion(commands), ask].join('\n'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.trim().split(' ').toSorted();
  };
  for (const { name, options } of EVERY_COMMAND.map((one, i) => (i === 0 ? { ...one, name: '' } : one))) {
    const declared = Object.entries(options).flatMap(([option, { word }]) =>
      word === 'one' ? [] : `--${option}`,
    );
    const all = [...declared, '--help', '--version', '--env-file'].toSorted();
    expect(offered('backfill', ...(name === '' ? [] : [name])), name).toEqual(all);
    if (name === 'check-data') expect(offered('check-data')).toEqual(all);
  }
});
