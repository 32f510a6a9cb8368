import { queueCommand } from '../core/for-shell.ts';
import { isSameStore } from '../core/same-store.ts';
import type { SeenMachine } from './machines.ts';
import type { QueueRun } from './run.ts';

/** Says that nobody takes the jobs of a run, and what those machines do that are there. `server`: of the queue. */
export function whyAlone(
  { provider, store }: QueueRun,
  machines: readonly SeenMachine[],
  server: string,
): string {
  const start = queueCommand('worker', { queue: server, store });
  const there = machines.filter(({ isAlive }) => isAlive);
  const here = there.filter((one) => isSameStore(one.store, store));
  const unable = here.find(({ trouble }) => trouble !== undefined);
  // One that plans alone takes no task of any.
  const keyless = here.find((one) => one.threads > 0 && !one.isDraining && !(provider.id in one.capacity));
  const other = there.find((one) => !here.includes(one));
  const theirs =
    (unable && ` (${unable.name} cannot: ${String(unable.trouble)})`) ??
    (keyless && ` (${keyless.name} writes it, and has no key of ${provider.id})`) ??
    (other && ` (${other.name} writes ${other.store})`) ??
    '';
  return `no worker takes tasks of ${provider.id} that write ${store}${theirs}; start one: ${start}`;
}
