import { expect, it } from 'vitest';
import { SharedStaging } from '../../../src/backfill/run/shared-staging.ts';

it('is swept by the last run that leaves, be others still at work on something else', async () => {
  const staging = new SharedStaging();
  const swept: string[] = [];
  const [one, other] = [await staging.begin(), await staging.begin()];
  const sweep = (user: symbol, name: string): Promise<void> =>
    staging.sweep(user, async () => void swept.push(name));
  await sweep(one, 'before');
  staging.leave(one);
  await sweep(one, 'one');
  expect(swept).toEqual([]);
  await sweep(other, 'other, alone');
  staging.leave(other);
  await sweep(other, 'other');
  expect(swept).toEqual(['other, alone', 'other']);
});

it('has a run that begins wait for what is being swept', async () => {
  const staging = new SharedStaging();
  const order: string[] = [];
  const one = await staging.begin();
  staging.leave(one);
  let finish = (): void => undefined;
  const sweeping = staging.sweep(one, () => new Promise<void>((done) => (finish = done)));
  const begun = staging.begin().then(() => order.push('begun'));
  await new Promise(setImmediate);
  order.push('swept');
  finish();
  await Promise.all([sweeping, begun]);
  expect(order).toEqual(['swept', 'begun']);
});
