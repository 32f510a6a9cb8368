#!/usr/bin/env node
import { checkDataCommand } from './check-data-command.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

await runProgram('check-data', process.argv.slice(2), [{ ...checkDataCommand, name: '$0' }], COMMANDS);
