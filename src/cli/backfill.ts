#!/usr/bin/env node
import { addBackfill } from './backfill-command.ts';
import { addCheckData } from './check-data-command.ts';
import { addForget } from './forget-command.ts';
import { runProgram } from './program.ts';
import { addSimulate } from './simulate-command.ts';

await runProgram('backfill', process.argv.slice(2), [addBackfill, addCheckData, addForget, addSimulate]);
