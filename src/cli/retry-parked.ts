import { type QueueDesk, openHistory } from '../index.ts';
import { againLine, plural } from '../terminal.ts';
import { EXIT } from './exit-codes.ts';
import { type Filled, done } from './fill.ts';
import { print, printJson, tell } from './output.ts';

/** What is said of its runs. */
const TELLING = { dryRun: false, all: false, quiet: false, noProgress: false, strict: false, json: false };

/** `backfill queue retry`: takes out what was given up, and has it run again. Gives the exit code. */
export async function retryParked(
  desk: QueueDesk,
  { queue, store, json }: { readonly queue: string; readonly store: string; readonly json: boolean },
): Promise<number> {
  // What no run could be made of stays parked.
  const history = openHistory({ store, queue });
  try {
    await history.runs({ last: 1 });
  } finally {
    await history.close();
  }
  const taken = await desk.takeOutParked(store);
  const tasks = taken.reduce((sum, one) => sum + one.tasks, 0);
  const unknown = taken.reduce((sum, one) => sum + one.unknown, 0);
  if (tasks > 0) tell(`${plural(tasks, 'parked task')} taken out`);
  if (unknown > 0)
    tell(
      `warning: of ${plural(unknown, 'task')} it is not known what for; the next run of its tickers fills them`,
    );
  const runs = taken.flatMap((one) => one.runs);
  if (runs.length > 0) tell(`${plural(runs.length, 'run')} handed over again: ${runs.join(', ')}`);
  const ends: Filled[] = [];
  for (const { interval, tickers, start, end, isDerived, ...as } of taken.flatMap(({ work }) => work)) {
    tell(againLine({ interval, tickers, start, end }));
    const own = openHistory({ store, queue, ...as });
    try {
      const request = { tickers, intervals: [interval], start, end, ...(isDerived && { derive: true }) };
      ends.push(await done({ history: own, requests: [request], telling: TELLING }));
    } finally {
      await own.close();
    }
    if (ends.at(-1)?.summaries.some(({ stopped }) => stopped?.reason === 'interrupted') === true) break;
  }
  const summaries = ends.flatMap((one) => one.summaries);
  if (json) await printJson({ taken, summaries });
  else if (tasks + runs.length === 0) await print(['Nothing is parked.']);
  return ends.reduce<number>((worst, { code }) => Math.max(worst, code), EXIT.done);
}
