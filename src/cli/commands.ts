import { backfillCommand } from './backfill-command.ts';
import { checkDataCommand } from './check-data-command.ts';
import { forgetCommand } from './forget-command.ts';
import type { Command } from './program.ts';
import { simulateCommand } from './simulate-command.ts';

/** Every command. */
export const COMMANDS: readonly Command[] = [
  backfillCommand,
  checkDataCommand,
  forgetCommand,
  simulateCommand,
];
