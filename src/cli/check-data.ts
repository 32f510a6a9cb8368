#!/usr/bin/env node
import { addCheckData } from './check-data-command.ts';
import { runProgram } from './program.ts';

await runProgram('check-data', process.argv.slice(2), [(program) => addCheckData(program, '$0')]);
