// Lets Node load TypeScript in benches; the build does not use it, and tests do without.
import { isMainThread } from 'node:worker_threads';

// The programs that a bench starts are built.
if (!isMainThread || process.argv[1]?.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register();
}
