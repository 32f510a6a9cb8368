import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../src/index.ts';
import * as qmtl from '../../src/qmtl/index.ts';
import { runWith } from '../acceptance/programs.ts';
import { meant, valuesOf } from '../cli/meant.ts';
import { ROOT } from '../package/checkout.ts';
import { type Folder, isShell, openFolder } from './coming-from-scratch.ts';
import { IN_PROSE, ROWS, kindOf, oursOf, triedLines } from './coming-from-tables.ts';
import { ELSEWHERE } from './elsewhere.ts';

let folder: Folder;
/** All that the programs said. */
let said = '';
/** Summary of a run, by `--json`. */
let summary: Readonly<Record<string, unknown>> = {};

beforeAll(async () => {
  folder = await openFolder();
  const { code, stdout, stderr } = await folder.run('backfill --symbols AAPL,MSFT,GOOG --days 30 --json');
  expect(code, stderr).toBe(0);
  summary = JSON.parse(stdout) as typeof summary;
}, 60_000);
afterAll(() => folder.remove());

describe.each(Object.entries(ELSEWHERE))('the table "%s"', (title, lists) => {
  const listed = Object.values(lists).flat();
  const told = ROWS.filter((row) => row.title === title).flatMap(({ there }) => there);

  it('has all that its document names, and nothing else', () => {
    expect(listed.filter((name) => !told.includes(name))).toEqual([]);
    expect(told.filter((name) => !listed.includes(name))).toEqual([]);
    expect(told.toSorted()).toEqual([...new Set(told)].toSorted());
  });

  it('has for each what one types here, or why not', () => {
    const silent = ROWS.filter((row) => row.title === title && row.here.length === 0 && !row.says);
    expect(silent.map(({ line, there }) => `${line}: ${there.join(' ')}`)).toEqual([]);
  });
});

it('there are no other tables', () => {
  expect(Object.keys(ELSEWHERE)).toEqual([...new Set(ROWS.map(({ title }) => title))]);
});

describe('a command line that the tables name', () => {
  /** Numbers and the order of words apart: of lines that are alike one is run, and the others are read. */
  const shapeOf = (text: string): string => text.replaceAll(/\d+/g, 'N').split(' ').toSorted().join(' ');
  const lines = triedLines();
  const isFirst = ({ text }: (typeof lines)[number], i: number): boolean =>
    lines.findIndex((other) => shapeOf(other.text) === shapeOf(text)) === i;
  it.each(lines.filter(({ text }) => !isShell(text)))('line $line is understood: $text', ({ text }) => {
    expect(() => meant(text.replace(/^backfill ?/, ''))).not.toThrow();
  });

  it.each(lines.filter(isFirst))('line $line ends with $exit: $text', async ({ text, exit }) => {
    const { code, stdout, stderr } = await folder.run(text);
    said += stdout + stderr;
    expect(code, `${text}\n${stdout}\n${stderr}`).toBe(exit);
  });

  it('leaves behind what it is said to leave', () => {
    expect(oursOf('path').filter((path) => !existsSync(join(folder.path, path)))).toEqual([]);
  });

  it('says the words that it is said to say', () => {
    expect(oursOf('words').filter((words) => !said.includes(words))).toEqual([]);
  });
});

describe('what else the tables name of ours is there:', () => {
  it.each(oursOf('option'))('the option %s', (text) => {
    expect(() => meant(text)).not.toThrow();
  });

  const profiles = ROWS.filter(({ here }) => here.some((span) => span.startsWith('--profile ')));
  it.each(profiles)(
    '$here.0 is $differs.0, and a share',
    ({ here: [profile = ''], differs: [options = ''] }) => {
      const besides = { profile: undefined, rateShare: undefined };
      expect({ ...valuesOf(profile), ...besides }).toEqual(valuesOf(options));
    },
  );

  it('keys of a summary', () => {
    expect(oursOf('key').filter((key) => !(key in summary))).toEqual([]);
  });

  it('functions of the library', async () => {
    const history = library.openHistory({ store: folder.path });
    const isThere = (name: string): boolean =>
      name.startsWith('history.') ? name.slice('history.'.length) in history : name in library;
    expect(oursOf('method').filter((name) => !isThere(name))).toEqual([]);
    await history.close();
  });

  it('entries of the package', async () => {
    const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, unknown>>;
    };
    expect(oursOf('entry').filter((name) => !(name.replace('backfill', '.') in exports))).toEqual([]);
  });

  it('adapters, and their methods', async () => {
    const exported = new Set((await readFile(join(ROOT, 'src/qmtl/index.ts'), 'utf8')).match(/\w+/g));
    const values: Readonly<Record<string, unknown>> = qmtl;
    const isThere = (text: string): boolean => {
      const [name = '', method] = text.split('.');
      if (method === undefined) return exported.has(name);
      const value = Object(values[name]) as { readonly prototype?: object };
      return method in value || method in (value.prototype ?? {});
    };
    expect(oursOf('adapter').filter((name) => !isThere(name))).toEqual([]);
  });
});

/** A variable, its value, and the option that the same cell has for it. */
interface Assigned {
  readonly name: string;
  readonly value: string;
  readonly option?: string;
}

/** Of a variable that is only named any value will do. */
function assignedIn(spans: readonly string[]): Assigned[] {
  const option = spans.find((span) => kindOf(span) === 'option');
  return spans
    .filter((span) => kindOf(span) === 'variable')
    .map((span) => {
      const [name = '', value] = span.split('=');
      return { name, value: value ?? '1', ...(value !== undefined && option !== undefined && { option }) };
    });
}

/** The variables of a table, and those of its document that it has nothing for. */
function variablesOf(title: string): Assigned[] {
  const rows = ROWS.filter((row) => row.title === title);
  const ours = rows.flatMap(({ here, differs }) => [...assignedIn(here), ...assignedIn(differs)]);
  const others = (ELSEWHERE[title]?.variables ?? []).filter((name) => ours.every((one) => one.name !== name));
  return [...ours, ...assignedIn(others)];
}

interface Configured {
  readonly option?: string;
  readonly value: string;
  readonly source: string;
}

/** What `backfill config` tells of what stands in a file, by the variable. */
async function configured(variables: readonly Assigned[]): Promise<ReadonlyMap<string, Configured>> {
  const path = join(folder.path, 'tried.env');
  // One that a queue can be of, whatever else is said.
  const all = [{ name: 'BACKFILL_STORE', value: 's3://lake/data' }, ...variables];
  const last = new Map(all.map(({ name, value }) => [name, value]));
  await writeFile(path, [...last].map(([name, value]) => `${name}=${value}\n`).join(''));
  // As a process of its own: what a file says stays in the environment of one.
  const { code, stdout, stderr } = await runWith({}, ['config', '--json', '--env-file', path], folder.path);
  expect(code, stderr).toBe(0);
  const told = JSON.parse(stdout) as readonly Configured[];
  return new Map(
    told.flatMap((one): [string, Configured][] => {
      const [name = '', place] = one.source.split(' in ');
      return place?.startsWith(`${path} line `) ? [[name, one]] : [];
    }),
  );
}

describe('`backfill config` names, with where they stand and as the option beside them, the variables', () => {
  const groups = Object.keys(ELSEWHERE).map((title) => [title, variablesOf(title)] as const);
  const all = [...groups, ['what is before the tables', assignedIn(IN_PROSE)] as const];

  it.each(all.filter(([, variables]) => variables.length > 0))('of "%s"', async (_, variables) => {
    // Of two that mean one option one counts: the others are tried again without it.
    for (let left = variables; left.length > 0;) {
      const file = left.filter(({ name }, i) => left.findIndex((other) => other.name === name) === i);
      const told = await configured(file);
      const found = file.filter(({ name }) => told.has(name));
      expect(found, `none of ${file.map(({ name }) => name).join(' ')} is named`).not.toEqual([]);
      for (const { name, option } of found.filter((one) => one.option !== undefined)) {
        const { option: set = name, value } = told.get(name) ?? {};
        expect(valuesOf('', { [set]: value }), `${name} is not ${option}`).toEqual(valuesOf(option ?? ''));
      }
      left = left.filter((one) => !found.includes(one));
    }
  });
});
