import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { NamedQueue } from '../../queue/queues.ts';
import type { Content } from '../routes.ts';
import { type BoardQuestion, BoardRoutes } from './routes.ts';

/** Pages of what lies in the queues, for whoever looks after them. */
export interface Board {
  /** What it answers below where it is mounted; undefined: there is no such page. Rejects where Redis or a file fails. */
  answer(question: BoardQuestion): Promise<Content | undefined>;
}

/** What it does besides showing. What would change a task, or make one up, it does not: the planner has them. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['/api/queues/:queueName/:jobId/retry', '/api/queues/:queueName/retry/:queueStatus'],
  ...['/api/queues/:queueName/:jobId/clean', '/api/queues/:queueName/clean/:queueStatus'],
  ...['/api/queues/:queueName/:jobId/promote', '/api/queues/:queueName/promote'],
  ...['/api/queues/:queueName/pause', '/api/queues/:queueName/resume'],
  ...['/api/queues/pause', '/api/queues/resume'],
]);

const NOT_HERE =
  'The board retries, removes, promotes and pauses. Tasks are made by runs alone; backfill queue drain removes those that wait.';

/** Opens it, mounted at `base`, which begins and ends with a slash. `queues`: those that there are now, by one call each time. */
export function openBoard(base: string, queues: () => Promise<readonly NamedQueue[]>): Board {
  const routes = new BoardRoutes(base);
  // Its files lie beside its package.json, wherever this code is bundled.
  const uiBasePath = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
  const board = createBullBoard({
    queues: [],
    serverAdapter: routes,
    options: {
      uiBasePath,
      uiConfig: {
        ...{ boardTitle: 'backfill queues', hideDocsLink: true, sortQueues: true },
        miscLinks: [{ text: 'Dashboard', url: '/' }],
      },
      handlerHooks: {
        before: ({ method, route }) =>
          method === 'get' || ALLOWED.has(route)
            ? { allow: true }
            : { allow: false, status: 403, message: NOT_HERE },
      },
    },
  });
  const shown = new Map<NamedQueue, BullMQAdapter>();
  return {
    answer: async (question) => {
      // A provider's queue is there from its first run on.
      if (question.path.startsWith('/api/')) {
        const now = await queues();
        for (const named of now) if (!shown.has(named)) shown.set(named, adapterOf(named));
        board.replaceQueues(now.flatMap((named) => shown.get(named) ?? []));
      }
      return routes.answer(question);
    },
  };
}

/** Under the plain names of its provider and store. */
function adapterOf({ queue, provider, store }: NamedQueue): BullMQAdapter {
  const displayName = store === null ? provider : `${provider} ${store}`;
  return new BullMQAdapter(queue, { displayName });
}
