import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from './environment.ts';
import { plot } from './plot.ts';
import type { Answer } from './question.ts';

/** Writes an answer as `NAME.json` and its charts as `NAME-CHART.svg`. Gives the paths. */
export async function keep(
  folder: string,
  name: string,
  environment: Environment & { readonly quick: boolean },
  answer: Answer,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: [string, string][] = [
    [`${name}.json`, `${JSON.stringify({ question: name, environment, ...answer }, null, 1)}\n`],
    ...answer.charts.map((chart): [string, string] => [`${name}-${chart.name}.svg`, `${plot(chart)}\n`]),
  ];
  await Promise.all(files.map(([file, text]) => writeFile(join(folder, file), text)));
  return files.map(([file]) => join(folder, file));
}
