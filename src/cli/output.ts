import { once } from 'node:events';
import { EXIT } from './exit-codes.ts';
import { BackfillError } from '../index.ts';

/** stdout is data. Waits while the reader is slow. */
export async function print(lines: readonly string[]): Promise<void> {
  if (!process.stdout.write(`${lines.join('\n')}\n`)) await once(process.stdout, 'drain');
}

/** stderr is progress and messages. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Codes that mean that the user asked for something impossible: one line, no stack. */
const USER_MISTAKES: ReadonlySet<string> = new Set([
  'usage',
  'invalid-date',
  'invalid-ticker',
  'unknown-provider',
  'unsupported-interval',
  'store-locked',
  'store-unusable',
]);

/** Says what stopped a command and gives its exit code. A mistake of the user's is one line; a bug keeps its stack. */
export function reportError(program: string, error: unknown): number {
  if (error instanceof BackfillError) {
    tell(`${program}: ${error.message}`);
    return USER_MISTAKES.has(error.code) ? EXIT.usage : EXIT.someFailed;
  }
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.someFailed;
}
