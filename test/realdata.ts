import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../shared/realdata/', import.meta.url));

/** Whether the folder of real market data lies beside the project; tests that need it skip, visibly, where it does not. */
export const hasRealData = existsSync(ROOT);

/** Path of a file or folder of the real data. */
export function realData(path: string): string {
  return `${ROOT}${path}`;
}
