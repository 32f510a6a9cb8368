#!/usr/bin/env node
import { checkDataCommand } from './check-data-command.ts';
import { EVERY_COMMAND } from './commands.ts';
import { runProgram } from './program.ts';

await runProgram(
  { name: 'check-data', main: checkDataCommand, commands: [], everyCommand: EVERY_COMMAND },
  process.argv.slice(2),
);
