import { actionsCommand } from './actions-command.ts';
import { backfillCommand } from './backfill-command.ts';
import { checkDataCommand } from './check-data-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { exportCommand } from './export-command.ts';
import { forgetCommand } from './forget-command.ts';
import type { Command } from './program.ts';
import { queryCommand } from './query-command.ts';
import { renameCommand } from './rename-command.ts';
import { simulateCommand } from './simulate-command.ts';
import { verifyCommand } from './verify-command.ts';

/** Every command. */
export const COMMANDS: readonly Command[] = [
  backfillCommand,
  actionsCommand,
  checkDataCommand,
  doctorCommand,
  exportCommand,
  forgetCommand,
  queryCommand,
  renameCommand,
  simulateCommand,
  verifyCommand,
];
