import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../shared/cases/', import.meta.url));

/** Whether the folder of cases from outside lies beside the project; tests that need it skip, visibly, where it does not. */
export const hasCases = existsSync(ROOT);

/** Path of a file or folder of the cases. */
export function caseOf(path: string): string {
  return `${ROOT}${path}`;
}
