import { resolve } from 'node:path';
import { type Inspection, inspectFiles } from '../index.ts';
import { inspectionText } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { NOW, OUTPUT } from './options.ts';
import { CSV_FILES, csvSettingsOf } from './csv-options.ts';
import { print, printJson, reportError } from './output.ts';
import { dataPage } from './page.ts';

const OPTIONS = {
  path: {
    type: 'list',
    word: 'many',
    value: 'PATH',
    required: true,
    describe: 'Files of bars, or folders of them',
  },
  ...CSV_FILES,
  ...NOW,
  all: {
    type: 'switch',
    voidWith: ['json'],
    group: OUTPUT,
    describe: 'Say all of each file, however many there are',
  },
  json: { type: 'switch', group: OUTPUT, describe: 'Print all of it as JSON' },
} as const satisfies Declarations;

/** `backfill inspect`: what the provider csv understands of files, before anything is stored. */
export const inspectCommand = command({
  name: 'inspect',
  describe: 'Say what is understood of CSV files, and store nothing',
  examples: [
    { does: 'A folder', line: 'backfill inspect ./my-csv' },
    { does: 'Files, each by itself', line: 'backfill inspect *.csv' },
    { does: 'A file whose times are of another clock', line: 'backfill inspect spy.csv --csv-zone UTC' },
  ],
  options: OPTIONS,
  explicit: ['path'],
  run: async ({ path: paths, all, json, now, ...options }) => {
    const distinct = eachOnce(paths);
    const settings = csvSettingsOf(options);
    const page = { ...dataPage(all), isWhole: all };
    const [only, ...others] = distinct;
    if (only !== undefined && others.length === 0) {
      const inspection = await inspectFiles({ path: only, ...settings }, now);
      await (json ? printJson(inspection) : print(inspectionText(inspection, page)));
      return codeOf(inspection);
    }
    const inspections: (Inspection & { readonly path: string })[] = [];
    let worst: number = EXIT.done;
    for (const [i, path] of distinct.entries()) {
      const inspection = await inspectFiles({ path, ...settings }, now).catch((error: unknown) => {
        worst = Math.max(worst, reportError('backfill', error));
      });
      if (inspection === undefined) continue;
      worst = Math.max(worst, codeOf(inspection));
      if (json) inspections.push({ path, ...inspection });
      else await print([...headingLines(path, inspection, i), ...inspectionText(inspection, page)]);
    }
    if (json) await printJson(inspections);
    return worst;
  },
});

/** Of what is written in two ways the first one. */
function eachOnce(paths: readonly string[]): string[] {
  const known = new Set<string>();
  return paths.filter((path) => known.size < known.add(resolve(path)).size);
}

/** Above one of several inspections; that of a file that stands here begins with its path itself. */
function headingLines(path: string, { files: [file] }: Inspection, before: number): string[] {
  return [...(before === 0 ? [] : ['']), ...(file?.path === path ? [] : [`${path}:`])];
}

function codeOf({ files }: Inspection): number {
  const isRefused = files.some(({ refused }) => refused.length > 0);
  // A run refuses a folder of which it reads nothing.
  const isNothing = files.every(({ series }) => series.length === 0);
  return isRefused || isNothing ? EXIT.someFailed : EXIT.done;
}
