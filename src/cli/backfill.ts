#!/usr/bin/env node
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

await runProgram('backfill', process.argv.slice(2), COMMANDS, COMMANDS);
