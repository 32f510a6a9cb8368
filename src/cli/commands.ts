import { actionsCommand } from './actions-command.ts';
import { backfillCommand } from './backfill-command.ts';
import { attachCommand } from './attach-command.ts';
import { checkDataCommand } from './check-data-command.ts';
import type { Command } from './command.ts';
import { completionCommand } from './completion-command.ts';
import { copyCommand } from './copy-command.ts';
import { configCommand } from './config-command.ts';
import { discoverCommand } from './discover-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { enqueueBatchCommand, enqueueCommand } from './enqueue-command.ts';
import { exportCommand } from './export-command.ts';
import { forgetCommand } from './forget-command.ts';
import { inspectCommand } from './inspect-command.ts';
import { leasesCommand } from './leases-command.ts';
import { plotCommand } from './plot-command.ts';
import { providersCommand } from './providers-command.ts';
import { queryCommand } from './query-command.ts';
import { queueCommand } from './queue-command.ts';
import { renameCommand } from './rename-command.ts';
import { restoreCommand } from './restore-command.ts';
import { runOnceCommand } from './run-once-command.ts';
import { runsCommand } from './runs-command.ts';
import { serveCommand } from './serve-command.ts';
import { simulateCommand } from './simulate-command.ts';
import { statusCommand } from './status-command.ts';
import { verifyCommand } from './verify-command.ts';
import { workerCommand } from './worker-command.ts';

/** The commands beside the main one. */
export const COMMANDS: readonly Command[] = [
  checkDataCommand,
  statusCommand,
  runsCommand,
  serveCommand,
  inspectCommand,
  discoverCommand,
  enqueueCommand,
  enqueueBatchCommand,
  runOnceCommand,
  workerCommand,
  attachCommand,
  queueCommand,
  leasesCommand,
  exportCommand,
  plotCommand,
  queryCommand,
  actionsCommand,
  verifyCommand,
  doctorCommand,
  forgetCommand,
  restoreCommand,
  renameCommand,
  copyCommand,
  providersCommand,
  configCommand(() => EVERY_COMMAND),
  completionCommand(() => EVERY_COMMAND),
  simulateCommand,
];

/** Every command, that of no name first. */
export const EVERY_COMMAND: readonly [Command, ...Command[]] = [backfillCommand, ...COMMANDS];
