#!/usr/bin/env node
import { backfillCommand } from './backfill-command.ts';
import { COMMANDS, EVERY_COMMAND } from './commands.ts';
import { runProgram } from './program.ts';

await runProgram(
  { name: 'backfill', main: backfillCommand, commands: COMMANDS, everyCommand: EVERY_COMMAND },
  process.argv.slice(2),
);
