// What the command line says and how it reads what it is given, besides the library. No part of the package's entry.

export { faultLines, openWire } from './library/markets.ts';
export { WIRE_NAMES } from './simulator/wire-names.ts';
export { assertStoreExists } from './library/existing-store.ts';
export { LEVELS, type Log } from './monitor/log/events.ts';
export { openLogger } from './monitor/log/logger.ts';
export { prettyLine } from './monitor/log/pretty.ts';
export { logLease } from './monitor/log/lease-log.ts';
export { RunLog } from './monitor/log/run-log.ts';
export { assertKeys } from './library/secrets.ts';
export { type Daily, everyDay, inZone, onceFree } from './server/daily.ts';
export { openLogFile } from './library/log-file.ts';
export { saveText } from './library/out-file.ts';
export { programVersion } from './library/version.ts';
export { closest, didYouMean } from './core/closest.ts';
export type { Spelling } from './core/option-name.ts';
export { inOneLine } from './core/quoted.ts';
export { fileTrouble } from './core/file-trouble.ts';
export { parsePercent } from './core/percent.ts';
export { askingLines, nextPlans, opinionLine } from './report/chain-text.ts';
export { planJson } from './report/plan-json.ts';
export {
  meantLines,
  nothingToDoLine,
  openingLine,
  planText,
  relistedLines,
  verifyingLine,
  workLine,
} from './report/plan-text.ts';
export { marketActionsLines } from './report/shared-requests-text.ts';
export { notServedLines } from './report/unavailable-text.ts';
export { progressLine, progressText } from './report/progress-text.ts';
export { watchRun } from './report/progress.ts';
export {
  batchEndLines,
  batchLine,
  batchesName,
  batchesPlanLine,
  nextBatchLine,
  pauseLine,
} from './report/batches-text.ts';
export { type RunPurpose, driftText, errorText, summaryText } from './report/run-text.ts';
export { comparisonText, runText as runRecordText, runsText } from './report/runs-text.ts';
export { providersText } from './report/providers-text.ts';
export { discoveredText } from './report/discovered-text.ts';
export { seriesStatusText, statusText } from './report/status-text.ts';
export { escaped } from './core/quoted.ts';
export { beyond } from './backfill/run/begun-batches.ts';
export { damagedText, leftLines, neverBegunText, spoiltText } from './report/left-text.ts';
export { listedLine } from './report/listed-text.ts';
export {
  damagedAnswerLine,
  damagedLine,
  distrustedLines,
  lostLine,
  setAsideLine,
} from './report/distrusted-text.ts';
export { coverageText, staleHint } from './report/coverage-text.ts';
export { issuesText } from './report/issues-text.ts';
export { revisionsText } from './report/revisions-text.ts';
export { type Page, tied, totalLine, wrapped } from './report/page.ts';
export { queueCommand, quotedForShell } from './core/for-shell.ts';
export { type SameAsHere, asPasted, optionText, storeOption } from './report/told-commands.ts';
export { withDates } from './report/json-dates.ts';
export {
  amountsText,
  forgetStepText,
  forgettableText,
  forgottenText,
  holdsAnything,
  isAnything,
} from './report/forgotten-text.ts';
export { copiedText, copyStepText, unequalText } from './report/copy-text.ts';
export { actionsJson, actionsText } from './report/actions-text.ts';
export { doctorText } from './report/doctor-text.ts';
export { inspectionText } from './report/inspection-text.ts';
export { type Column, plural, table, wrappedTable } from './report/table.ts';
export { readTextFileIfAny } from './market/text-file.ts';
export { csvField } from './library/bar-lines.ts';
export { withoutPassword } from './core/without-password.ts';
export { redisAddress } from './redis/address.ts';
export { ROLES } from './queue/roles.ts';
export {
  againLine,
  leasesText,
  pingText,
  pingWarnings,
  queueText,
  waitingText,
  workersLine,
} from './report/queue-text.ts';
