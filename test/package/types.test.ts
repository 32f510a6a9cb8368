import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './checkout.ts';
import { installInto, pack } from './installed.ts';

let project = '';
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'backfill-types-'));
  await installInto(project, pack(project));
  const arrow = join('node_modules', 'apache-arrow');
  await symlink(join(ROOT, arrow), join(project, arrow));
  await writeFile(
    join(project, 'imported.ts'),
    `${IMPORTS}\n${USES}\nawait filled(history);\nawait sent(history);`,
  );
  await writeFile(
    join(project, 'required.cts'),
    `${REQUIRES}\n${USES}\nvoid filled(history);\nvoid sent(history);`,
  );
});
afterAll(() => rm(project, { recursive: true }));

const IMPORTS = `
  import { BackfillError, openHistory, type Bar, type History, type RunSummary } from 'backfill';
  import { arrowStream, arrowTable } from 'backfill/arrow';
  import { type ProviderModule, barsOf } from 'backfill/provider';
  import { type DataFetcher, StreamInput } from 'backfill/qmtl';
  import { type Check, contractOf } from 'backfill/testing';`;

const REQUIRES = `
  import backfill = require('backfill');
  import arrow = require('backfill/arrow');
  import provider = require('backfill/provider');
  import qmtl = require('backfill/qmtl');
  import testing = require('backfill/testing');
  const { BackfillError, openHistory } = backfill;
  const { arrowStream, arrowTable } = arrow;
  const { barsOf } = provider;
  const { StreamInput } = qmtl;
  const { contractOf } = testing;
  type Bar = backfill.Bar;
  type History = backfill.History;
  type RunSummary = backfill.RunSummary;
  type ProviderModule<State> = provider.ProviderModule<State>;
  type DataFetcher = qmtl.DataFetcher;
  type Check = testing.Check;`;

/** What is no type of what it is said to be fails, and so does what is \`any\`. */
const USES = `
  type IsAny<T> = 0 extends 1 & T ? true : false;
  const neverAny: IsAny<typeof openHistory> | IsAny<typeof barsOf> | IsAny<typeof contractOf> = false;
  export const isBound: IsAny<typeof StreamInput> | IsAny<DataFetcher> = neverAny;
  export const isBare: IsAny<Bar> | IsAny<RunSummary> | IsAny<ProviderModule<Bar>> | IsAny<Check> = neverAny;
  const history = openHistory({ store: './data', provider: { id: 'sample' } });
  export async function filled(opened: History): Promise<number | null> {
    const summary: RunSummary = await opened.backfill({ tickers: ['ALFA'], days: 5 });
    const bars: readonly Bar[] = await opened.read({ ticker: 'ALFA', interval: '1d' }, { adjust: 'all' });
    return summary.failed === 0 ? bars[0]!.volume : null;
  }
  export async function sent(opened: History): Promise<[number, Uint8Array[]]> {
    const table = await arrowTable(opened, { ticker: 'ALFA', interval: '1d' }, { columns: ['close'] });
    const parts: Uint8Array[] = [];
    for await (const part of arrowStream(opened, [{ ticker: 'ALFA', interval: '1d' }])) parts.push(part);
    const isUnknown: IsAny<typeof table> | IsAny<ReturnType<typeof arrowStream>> = false;
    return [isUnknown ? 0 : table.numRows, parts];
  }
  export const code: string = new BackfillError('usage', 'x').code;
  // @ts-expect-error: a provider is known by its id
  openHistory({ store: './data', provider: { name: 'sample' } });`;

const STRICT = {
  target: 'es2023',
  strict: true,
  noEmit: true,
  // The types of the package's own packages count too.
  skipLibCheck: false,
  types: ['node'],
  typeRoots: [join(ROOT, 'node_modules', '@types')],
};

describe.each([
  ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
  ['bundler', { module: 'preserve', moduleResolution: 'bundler' }],
])('the types of the tarball, resolved as %s', (name, resolution) => {
  it('are those of a strict project, by import and by require', async () => {
    const config = join(project, `${name}.json`);
    const files = ['imported.ts', 'required.cts'];
    await writeFile(config, JSON.stringify({ compilerOptions: { ...STRICT, ...resolution }, files }));
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    const { status, stdout, stderr } = spawnSync(tsc, ['-p', config], { encoding: 'utf8' });
    expect(stderr + stdout).toBe('');
    expect(status).toBe(0);
  });
});
