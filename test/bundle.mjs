/**
 * Bundles once what threads and processes of tests load from TypeScript: through a loader each of them would compile
 * some hundred and seventy modules anew, ten times the work of loading what is bundled.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, bundle } from '../workers/bundling.mjs';

const SOURCES = [
  'workers/run-task.ts',
  'src/qmtl/fetcher-module.ts',
  ...(await readdir(join(ROOT, 'test/pool/threads'))).map((entry) => `test/pool/threads/${entry}`),
  'test/pool/orders.ts',
  'test/copy/copy-child.ts',
  'test/queue/worker-child.ts',
  'test/queue/planner-child.ts',
  'test/queue/real-worker-child.ts',
  'test/queue/real-planner-child.ts',
  'test/pool/close-and-leave-child.ts',
  'test/providers/http/arriving-child.ts',
  'test/providers/http/quota-child.ts',
  'test/providers/http/redis-quota/sharing-child.ts',
  'test/library/recorder-child.ts',
  'test/store/parquet/writer-child.ts',
  'test/store/questdb/teller-child.ts',
  'test/store/holder-child.ts',
  'test/store/writer-child.ts',
  'bench/bench.ts',
];

/** Before all tests. Each run has a folder of its own, from where packages are found; it is gone with the run. */
export default async function bundleForTests({ provide }) {
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.bundled-for-tests-'));
  const remove = () => rm(folder, { recursive: true });
  await bundle(SOURCES, folder).catch(async (error) => {
    await remove();
    throw error;
  });
  provide('bundled', folder);
  return remove;
}
