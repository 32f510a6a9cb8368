// Lets Node load TypeScript in development, tests and benches; the build does not use it.
import { isMainThread } from 'node:worker_threads';

// A process of Vitest's has its TypeScript from Vitest: only the threads that it starts need it from Node.
if (!isMainThread || process.argv[1]?.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register();
}
