/**
 * Answers questions about speed, each by a script of its own. `npm run bench -- [NAME…] [--quick] [--publish]`;
 * without a name all that take no longer than five minutes each. A table on the screen; JSON and SVG in `bench/results/`,
 * with `--publish` in `bench/published/`, which is kept.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment } from './harness/environment.ts';
import { keep } from './harness/keep.ts';
import { fromRoot } from './harness/paths.ts';
import type { Question } from './harness/question.ts';
import { withScratch } from './harness/scratch.ts';
import { tableText } from './harness/text.ts';
import { QUESTIONS } from './questions/questions.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

async function main(): Promise<void> {
  const unknown = positionals.filter((name) => !QUESTIONS.has(name));
  if (values.help || unknown.length > 0) {
    if (unknown.length > 0) console.error(`no such question: ${unknown.join(', ')}`);
    for (const [name, { asks, long }] of QUESTIONS) {
      console.log(`${name.padEnd(14)} ${asks}${long ? ' (by name only)' : ''}`);
    }
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  await withScratch(async (scratch) => {
    for (const [name, question] of QUESTIONS) {
      const isAsked = positionals.length > 0 ? positionals.includes(name) : !question.long;
      if (isAsked) await ask(name, question, join(scratch, name));
    }
  });
}

async function ask(name: string, question: Question, scratch: string): Promise<void> {
  const { quick, publish } = values;
  const machine = environment(new Date());
  await mkdir(scratch);
  const started = performance.now();
  console.log(`\n${name}: ${question.asks}`);
  console.log(
    `${machine.machine}, Node ${machine.node}, ${machine.commit}, ${machine.date}, load ${machine.loadBefore}`,
  );
  const tell = (line: string): void => console.error(`  ${line}`);
  const answer = await question.answer({ quick, scratch, tell });
  for (const note of answer.notes) console.log(note);
  for (const table of answer.tables) console.log(['', ...tableText(table)].join('\n'));
  const folder = fromRoot(publish ? 'bench/published' : 'bench/results');
  const files = await keep(folder, name, { ...machine, quick }, answer);
  console.log(`\n${Math.round((performance.now() - started) / 1000)} s; ${files.join(' ')}`);
}

await main();
