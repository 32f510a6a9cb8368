import { type Page, wrapped } from './page.ts';

/** Where all of a list is that was cut short, or told by groups. */
export function whereLines(runId: string | undefined, { columns }: Page): string[] {
  const record = runId === undefined ? '' : `runs/${runId}.json in the store has them all; `;
  return wrapped(`${record}--all lists each`, columns);
}
