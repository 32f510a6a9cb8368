import { expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { partsOfAsked } from '../../../src/providers/module/rows-asked.ts';
import type { Part } from '../../../src/providers/provider.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');

it('rows are of the session of their exchange, which may open on the day before in UTC', () => {
  const day = parseDay('2026-02-27');
  const asked = { interval: '1h', range: { from: day, to: day + 1 }, now: NOW } as const;
  const partAt = (time: string): Part =>
    ({ ticker: 'BHP.AX', answer: { bars: { ts: Float64Array.of(Date.parse(time)) } } }) as unknown as Part;
  // Sydney is eleven hours ahead.
  const first = partAt('2026-02-26T23:00:00Z');
  expect(partsOfAsked([first], asked)).toEqual([first]);
  expect(partsOfAsked([partAt('2026-02-25T23:00:00Z')], asked)).toMatchObject([
    { error: { code: 'bad-answer' } },
  ]);
  expect(partsOfAsked([partAt('2026-02-27T23:00:00Z')], asked)).toMatchObject([
    { error: { code: 'bad-answer' } },
  ]);
});
