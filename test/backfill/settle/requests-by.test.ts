import { expect, it } from 'vitest';
import { NOTHING_BEYOND } from '../../../src/backfill/runner.ts';
import { requestsBy, sumRequestsBy } from '../../../src/backfill/settle/requests-by.ts';

const beyond = { ...NOTHING_BEYOND, retries: 2 };

it('a planner that goes on with a run tells apart what was sent before it', () => {
  const by = requestsBy(46, 46, { sent: 88, beyond, before: 40 });
  expect(by).toEqual({ ...beyond, priced: 46, added: 0, before: 40, notSent: 0 });
  expect(requestsBy(46, 46, { sent: 80, beyond, before: 40 })).toMatchObject({ added: 0, notSent: 8 });
});

it('what no planner before sent is not told', () => {
  const by = requestsBy(46, 46, { sent: 48, beyond });
  expect(by).toEqual({ ...beyond, priced: 46, added: 0, notSent: 0 });
  expect(sumRequestsBy([by, by])).toEqual({ ...beyond, retries: 4, priced: 92, added: 0, notSent: 0 });
});

it('of several runs it is added up', () => {
  const [one, other] = [2, 3].map((before) =>
    requestsBy(1, 1, { sent: 1 + before, beyond: NOTHING_BEYOND, before }),
  );
  expect(sumRequestsBy([one, other].flatMap((by) => by ?? []))).toMatchObject({ priced: 2, before: 5 });
});
