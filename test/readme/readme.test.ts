import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itWith, type Need, NOTHING, PROMTOOL, PYTHON, PYTHON_PACKAGES } from '../needs.ts';
import { ROOT } from '../package/checkout.ts';
import { BLOCKS, type Block } from './blocks.ts';
import { openDatabase } from './database.ts';
import { FILES, FIXTURES, SHOWN, type Shown } from './fixtures.ts';
import { type Scratch, openScratch } from './scratch.ts';
import { type CommandLine, commandLinesOf } from './shell.ts';

const execute = promisify(execFile);
const PATIENCE_MS = 120_000;

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch();
}, PATIENCE_MS);
afterAll(() => scratch.remove());

interface Step {
  readonly title: string;
  readonly need?: Need;
  readonly run: () => Promise<void>;
}

const fixturesOf = (text: string): typeof FIXTURES => FIXTURES.filter(({ of }) => text.includes(of));
/** What was said by the command lines so far, by their texts. */
const said = new Map<string, string>();

async function prepare(text: string): Promise<void> {
  for (const { files = {}, before = [] } of fixturesOf(text)) {
    await scratch.write(files);
    for (const line of before) await runs(line, 0);
  }
}

async function runs(line: string, exit: number): Promise<void> {
  const { code, stdout, stderr, said: words } = await scratch.run(line);
  said.set(line, words);
  const ending = `ended with ${code}, not ${exit}`;
  // As the message, whole: of values that it compares vitest shows the first line.
  expect(code, `${line}\n${ending}\n--- stdout\n${stdout}\n--- stderr\n${stderr}\n---`).toBe(exit);
}

async function shell({ text }: CommandLine): Promise<void> {
  const fixtures = fixturesOf(text);
  await prepare(text);
  if (fixtures.some(({ serves }) => serves)) expect(await scratch.serve(text)).toMatch(/^http:/);
  else await runs(text, fixtures.find(({ exit }) => exit !== undefined)?.exit ?? 0);
}

const PROGRAMS = BLOCKS.filter(({ language }) => language === 'ts');
let compiled: Promise<void> | undefined;

/** Compiles all programs strictly, as they stand in the README: one after the other, each would load the same types anew. */
async function compile(): Promise<void> {
  const files = PROGRAMS.map(({ line, text }) => [`readme-${line}.ts`, text] as const);
  await scratch.write(Object.fromEntries(files));
  const strict = '--ignoreConfig --strict --noEmit --module nodenext --target es2023 --types node';
  await runs(`node_modules/.bin/tsc ${strict} ${files.map(([name]) => name).join(' ')}`, 0);
}

/** Runs a program, once all are compiled. */
async function typescript({ text, line }: Block): Promise<void> {
  const name = `readme-${line}`;
  const [fixture] = fixturesOf(text);
  await (compiled ??= compile());
  await scratch.write({ [`${name}.ts`]: `${scratch.translated(text)}\n${fixture?.besides ?? ''}` });
  await build({
    absWorkingDir: scratch.folder,
    entryPoints: [`${name}.ts`],
    outfile: join(scratch.folder, `${name}.mjs`),
    format: 'esm',
  });
  await runs(`node ${name}.mjs`, 0);
  if (fixture?.prints !== undefined) expect(said.get(`node ${name}.mjs`)).toBe(fixture.prints);
}

/** A file of the project, by the name in its first line, which the command lines after it use. */
async function javascript({ text, line }: Block): Promise<void> {
  const [, name = '', code = ''] = /^\/\/ (\S+)\n(.*)$/s.exec(text) ?? [];
  const path = FILES[name];
  if (path === undefined) throw new Error(`fixtures.ts does not say which file is shown on line ${line}`);
  expect(`${code}\n`).toBe(await readFile(join(ROOT, path), 'utf8'));
  await scratch.write({ [name]: `${code}\n` });
}

async function python({ text }: Block): Promise<void> {
  const program = `${scratch.withPort(text)}\nprint(len(bars))`;
  const { stdout } = await execute(PYTHON, ['-c', program], { cwd: scratch.folder });
  expect(Number(stdout)).toBeGreaterThan(200);
}

/** A configuration of Prometheus, beside the rules that are shipped. */
async function yaml({ text }: Block): Promise<void> {
  const rules = await readFile(join(ROOT, 'dist', 'monitoring', 'alerts.yml'), 'utf8');
  await scratch.write({ 'prometheus.yml': `${text}\n`, 'alerts.yml': rules });
  const config = join(scratch.folder, 'prometheus.yml');
  const { stdout } = await execute('promtool', ['check', 'config', config]);
  expect(stdout).toContain('8 rules found');
}

async function sql({ text }: Block): Promise<void> {
  await using database = await openDatabase();
  const rows = await database.rows(text.replaceAll("'data/", `'${scratch.folder}/data/`));
  expect(rows.length).toBeGreaterThan(200);
}

/** A line that tells every ten seconds how far a run is, as `progressText` writes it. */
const PROGRESS = /^\[[^\]]* *\] [\d,]+\/[\d,]+ \( *[\d.]+%\).* Elapsed: /;

/** The lines of an output, but for how long it took: neither the time nor what was told because of it. */
const lasting = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !PROGRESS.test(line))
    .map((line) => line.trimEnd().replace(/ in (\d+h )?(\d+m )?[\d.]+ ?m?s\b/, ' in …'));

/** How what is shown is compared; a drawing is not. */
function shown(block: Block): Step[] {
  const [first = ''] = block.text.split('\n');
  const kind = SHOWN[first];
  if (kind === undefined) throw new Error(`fixtures.ts does not say what is shown by "${first}"`);
  return kind === 'nothing of a run' ? [] : [{ title: titled(block), run: () => COMPARED[kind](block) }];
}

const COMPARED: Readonly<Record<Exclude<Shown, 'nothing of a run'>, (block: Block) => Promise<void>>> = {
  'output of npm start': ({ text }) => {
    const [words = ''] = [...said].flatMap(([line, all]) => (line.includes('npm start') ? all : []));
    expect(lasting(words).join('\n')).toContain(lasting(text).join('\n'));
    return Promise.resolve();
  },
  'files of the store': async ({ text }) => {
    await prepare(text);
    const files = await scratch.files('data');
    for (const path of pathsIn(text)) expect(files.filter((file) => path.test(file))).not.toEqual([]);
  },
};

/** The files of a drawing, whatever ticker and date they are of. */
function pathsIn(drawing: string): RegExp[] {
  const [, ...lines] = drawing.split('\n');
  const paths = lines.map((line) => line.trim().split(' ')[0] ?? '').filter((path) => !path.endsWith('/'));
  return paths.map((path) => {
    const shape = path.replaceAll('.', '\\.').replace(/(?<=ticker=)\w+/, '[^/]+');
    return new RegExp(
      `^${shape
        .replace(/\d{8}T\d{6}Z-\w+/, '\\d{8}T\\d{6}Z-\\w+')
        .replace(/\d{4}/, '\\d{4}')
        .replace(/-\d\d(?=\/)/, '-\\d\\d')}$`,
    );
  });
}

/** How a block of each language is run. */
const STEPS: Readonly<Record<string, (block: Block) => Step[]>> = {
  sh: (block) =>
    commandLinesOf(block).map((each) => ({
      title: titled(each),
      need: fixturesOf(each.text).find(({ need }) => need !== undefined)?.need ?? NOTHING,
      run: () => shell(each),
    })),
  ts: (block) => [{ title: titled(block), run: () => typescript(block) }],
  js: (block) => [{ title: titled(block), run: () => javascript(block) }],
  python: (block) => [{ title: titled(block), need: PYTHON_PACKAGES, run: () => python(block) }],
  yaml: (block) => [{ title: titled(block), need: PROMTOOL, run: () => yaml(block) }],
  // Of Docker Compose, held against compose.yaml by the tests of what is deployed.
  bash: () => [],
  // Run on TimescaleDB, by its acceptance tests.
  pgsql: () => [],
  sql: (block) => [{ title: titled(block), run: () => sql(block) }],
  '': shown,
};

/** What begins a block, and where. */
function titled({ line, text }: CommandLine): string {
  return `line ${line}: ${text.split('\n').find((each) => !/^\s*(#|--|$)/.test(each))}`;
}

function stepsOf(block: Block): Step[] {
  const known = STEPS[block.language];
  if (known === undefined)
    throw new Error(`line ${block.line}: nobody has said how "${block.language}" is run`);
  return known(block);
}

describe('the README', () => {
  for (const { title, need = NOTHING, run } of BLOCKS.flatMap(stepsOf)) itWith(need)(title, run, PATIENCE_MS);

  it.each([...FIXTURES.map(({ of }) => of), ...Object.keys(SHOWN)])('still has "%s"', (text) => {
    expect(BLOCKS.filter((block) => block.text.includes(text))).not.toEqual([]);
  });
});
