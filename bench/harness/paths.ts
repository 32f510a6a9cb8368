import { fileURLToPath } from 'node:url';

/** A path from the top of the checkout. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
