// What the programs of the bench share: they do what needs no measuring, then measure, and print it as one line of JSON.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Runs something between two looks at the clocks of this process, threads included, and prints them. */
export async function measured(run) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }));
}

/** Paths of a store's files of bars. */
export function barFiles(store) {
  return readdirSync(join(store, 'bars'), { recursive: true })
    .filter((path) => path.endsWith('.parquet'))
    .map((path) => join(store, 'bars', path));
}
