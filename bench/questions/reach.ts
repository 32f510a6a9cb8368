import type { Answer, Question } from '../harness/question.ts';
import { tableText } from '../harness/text.ts';
import { bytesShort, countShort, timeShort } from '../reach/texts.ts';
import { type Figures, readFigures, redisCost } from '../reach/machine.ts';
import { S3_PRICES } from '../reach/prices.ts';
import { LATENCY_MS, SOURCES, askedOf } from '../reach/sources.ts';
import { limitTable, needTable, sourceTable } from '../reach/tables.ts';

export const reach: Question = {
  asks: 'From one laptop to the whole market: what does each part take? Reckoned, not measured',
  long: true,
  answer: () => Promise.resolve(reckoned(readFigures())),
};

/** The same for the same figures. */
export function reckoned(figures: Figures): Answer {
  const { sources, machine, postgres, redis } = figures;
  return {
    notes: [
      `from ${sources.slice(0, 4).join(', ')},`,
      `${sources.slice(4).join(', ')}; ${machine}`,
      `answers come after ${LATENCY_MS} ms; S3 Standard, ${S3_PRICES.asOf}; PostgreSQL takes ${countShort(1000 / postgres.rowMs)} new rows a second`,
      'q: the quota is what takes the time; f: the requests in flight; l: a line of 200 Mbit/s; *: it has a part of the sessions',
      `Redis takes ${countShort(1000 / redis.redisMs)} tasks a second, of ${redis.scripts} scripts each; ${oneByOne(figures)}`,
    ],
    tables: [
      sourceTable('fill', 'A first fill, of five years by the day or one by the minute: requests and time'),
      sourceTable('top-up', 'The top-up of a day: requests and time'),
      needTable(figures, 'What is needed'),
      limitTable(figures, 'How long each part is busy, on two CPUs, and what is met first'),
    ],
    charts: [],
  };
}

/** The answer as the README has it. */
export function reachLines({ notes, tables }: Answer): string[] {
  return [
    reach.asks,
    ...notes,
    ...tables.flatMap((table) => ['', ...tableText(table).map((line) => line.trimEnd())]),
  ];
}

/** A queue of a million tasks of a series each. */
function oneByOne(figures: Figures): string {
  const [yahoo] = SOURCES;
  const asked = yahoo && askedOf(yahoo, 'fill', '1d', 1_000_000);
  if (!asked) throw new Error('nobody is asked series by series');
  const { ms, bytes } = redisCost(figures, asked.tasks, asked.taskBytes);
  return `${countShort(asked.tasks)} of a series each take ${bytesShort(bytes)} and ${timeShort(ms)} of it`;
}
