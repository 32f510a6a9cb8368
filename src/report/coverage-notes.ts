import { lostLine } from './distrusted-text.ts';
import type { CoverageReport, ReportedClosure } from './coverage.ts';
import { distrustedLines } from './distrusted-text.ts';
import { TIE } from './page.ts';
import { stagedLines, uncomparedLines } from './staged-text.ts';
import { suspectedLines } from './suspected-text.ts';
import { unavailableLine } from './unavailable-text.ts';

/** What a report of coverage says besides its numbers, a line each. */
export function noteLines(report: CoverageReport): string[] {
  const { notStored = [], suspected } = report;
  const lines = [
    ...notStored.map(notStoredLine),
    ...unreadableLines(report),
    ...distrustedLines(report.distrusted ?? []),
    ...report.suspectedClosures.map(closureLine),
    ...report.unavailable.map((group) => unavailableLine(group)),
    ...(suspected === undefined ? [] : suspectedLines(suspected)),
    ...uncomparedLines(report.uncompared),
    ...stagedLines(report.staged),
  ];
  return lines.map((line) => line.replaceAll(TIE, ' '));
}

/** A line for each file that cannot be read. */
export function unreadableLines({ unreadable }: CoverageReport): string[] {
  return unreadable.map((file) =>
    file.isLost === true ? lostLine(file) : `unreadable: ${file.path}: ${file.reason}`,
  );
}

export function closureLine({ calendar, session, tickers }: ReportedClosure): string {
  return `${calendar} ${session}: none of ${tickers} tickers has it; was the exchange closed that day?`;
}

export function notStoredLine(interval: string): string {
  return `The store has no series of ${interval}.`;
}
