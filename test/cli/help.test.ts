import { describe, expect, it } from 'vitest';
import { backfillCommand } from '../../src/cli/backfill-command.ts';
import { checkDataCommand } from '../../src/cli/check-data-command.ts';
import { COMMANDS, EVERY_COMMAND } from '../../src/cli/commands.ts';
import type { Declaration } from '../../src/cli/declaration.ts';
import { helpText } from '../../src/cli/help.ts';
import { interpret } from '../../src/cli/program.ts';

const BACKFILL = { name: 'backfill', main: backfillCommand, commands: COMMANDS, everyCommand: EVERY_COMMAND };
const byName = EVERY_COMMAND.map((command) => [command.name, command] as const);

describe.each(byName)('the help of %s', (_, command) => {
  const options: readonly (readonly [string, Declaration])[] = Object.entries(command.options);

  it.each([60, 80, 100])('fits %i columns', (columns) => {
    for (const line of helpText(BACKFILL, command, columns)) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('has examples before everything else, each of which can be typed', () => {
    const lines = helpText(BACKFILL, command, 80);
    expect(lines.findIndex((line) => line === 'Examples:')).toBeLessThan(8);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) {
      const words = line.replace(/ ([|<>]|&&) .*/, '').match(/"[^"]*"|\S+/g) ?? [];
      const [program, ...rest] = words.map((word) => word.replaceAll('"', ''));
      expect(program).toBe('backfill');
      expect(interpret(BACKFILL, rest, () => new Map()).asked, line).toBeUndefined();
    }
  });

  it('lists every option once, with its default', () => {
    const text = helpText(BACKFILL, command, 100).join('\n');
    const flags = [...text.matchAll(/^ {2}(?:-\w, | {4})(--[a-z-]+)/gm)].map(([, flag]) => flag);
    const named = options.filter(([, { word }]) => word !== 'one').map(([name]) => `--${name}`);
    expect(flags).toHaveLength(named.length + 3);
    expect(new Set(flags)).toEqual(new Set([...named, '--help', '--version', '--env-file']));
    for (const [, { default: fallback, otherwise, describe: says }] of options) {
      const said = otherwise ?? fallback;
      const words = (said === undefined ? says : `${says} [default: ${said}]`)
        .split(' ')
        .map((word) => word.replaceAll(/[().|[\]+*?]/g, '\\$&'));
      expect(text).toMatch(new RegExp(words.join('\\s+')));
    }
  });
});

describe('help', () => {
  it('says of the days how many they are where nobody says', () => {
    expect(helpText(BACKFILL, backfillCommand, 80).join('\n')).toContain('[default: 252, one trading year]');
  });

  it.each(['verify', 'forget'])('of %s says what is meant where no interval is given', (name) => {
    const command = EVERY_COMMAND.find((one) => one.name === name) ?? backfillCommand;
    const text = helpText(BACKFILL, command, 100).join('\n');
    expect(text).toMatch(/ --interval LIST (?:(?!--).)*\[default: /s);
  });

  it('of a program of its own goes by its own name', () => {
    const text = helpText(
      { name: 'check-data', main: checkDataCommand, commands: [] },
      checkDataCommand,
      80,
    ).join('\n');
    expect(text).toContain('Usage: check-data [TICKERS...] [options]');
    expect(text).toContain('\n  check-data AAPL MSFT --days 252 --missing\n');
    expect(text).not.toContain('backfill check-data');
  });

  it('lists every command with what it does', () => {
    const text = helpText(BACKFILL, backfillCommand, 100).join('\n');
    for (const { name, describe: says } of COMMANDS)
      expect(text).toMatch(
        new RegExp(
          `^  ${name} +${says
            .split(' ')
            .map((word) => word.replaceAll(/[().]/g, '\\$&'))
            .join('\\s+')}`,
          'm',
        ),
      );
  });
});
