import { BackfillError } from '../../core/errors.ts';
import { QueueDesk } from '../../queue/desk.ts';
import type { MachineNow, MachinesNow } from '../../report/dashboard/live-data.ts';
import { MachinesWatch } from '../machines-watch.ts';
import { type Board, openBoard } from './board.ts';
import { BOARD_PATH } from './mounted.ts';

/** How long Redis may take to say how things are, ms: while it is away, whoever looks is told so. */
const ANSWER_MS = 2000;

/** The queues that machines share, as a dashboard shows them. */
export interface ShownQueues {
  readonly board: Board;
  readonly watch: MachinesWatch;
  close(): Promise<void>;
}

/** Connects to the queues of a Redis. `onChange`: called when something else is known of them. Throws `queue-unusable` and `usage`. */
export async function openQueues(url: string, onChange: () => void): Promise<ShownQueues> {
  const desk = await QueueDesk.open(url);
  const board = openBoard(`${BOARD_PATH}/`, () => inTime(desk.queues()));
  return {
    board: { answer: (question) => inTime(board.answer(question)) },
    watch: new MachinesWatch(() => machinesNow(desk), onChange),
    close: () => desk.close(),
  };
}

async function machinesNow(desk: QueueDesk): Promise<MachinesNow> {
  const { server } = desk;
  try {
    const [machines, queues] = await inTime(Promise.all([desk.machines(), desk.depths()]));
    return { server, trouble: null, machines: machines.map(machineNow), queues };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { server, trouble, machines: [], queues: [] };
  }
}

function machineNow(seen: Awaited<ReturnType<QueueDesk['machines']>>[number]): MachineNow {
  const { name, host, pid, threads, inWork, perMinute, done, failed, isDraining = false } = seen;
  const counts = { threads, inWork, perMinute, done, failed };
  const { silentMs, isAlive } = seen;
  return { ...{ name, host, pid, role: seen.role }, ...counts, isDraining, silentMs, isAlive };
}

/** What is asked of a Redis that is away waits until it is back; a browser does not. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new BackfillError('queue-unusable', `Redis has not answered for ${ANSWER_MS / 1000} s`);
    timer = setTimeout(() => reject(error), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
