import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { type RequestListener, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HADOLINT, HADOLINT_PROGRAM, itWith } from '../needs.ts';
import { ROOT } from '../package/checkout.ts';
import { service } from './compose-file.ts';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
/** By stage, the first being what is before any, in order. */
const [, build = [], image = []] = stagesOf(text);

function stagesOf(file: string): Instruction[][] {
  const stages: Instruction[][] = [[]];
  const lines = file.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  for (const line of lines.split('\n').filter((one) => one.trim() !== '')) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, rest });
  }
  return stages;
}

const of = (stage: readonly Instruction[], name: string): string[] =>
  stage.filter((one) => one.name === name).map(({ rest }) => rest);

const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
};

describe('the image', () => {
  it('is built and run on the same Node, one that is maintained and not too old', () => {
    const bases = [build, image].flatMap((stage) => of(stage, 'FROM'));
    expect(bases).toEqual(['node:22-bookworm-slim AS build', 'node:22-bookworm-slim']);
  });

  it('runs as a user who is not root, and may change nothing of the programs', () => {
    expect(of(image, 'USER')).toEqual(['1000']);
    expect(image.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      image.findLastIndex(({ name }) => name === 'RUN'),
    );
    const copied = of(image, 'COPY').filter((rest) => rest.includes('/app/'));
    expect(copied).toHaveLength(3);
    expect(copied.filter((rest) => !rest.startsWith('--from=build --chown=root:root '))).toEqual([]);
  });

  it('passes signals on to the program, which is found by its name', () => {
    expect(of(image, 'ENTRYPOINT')).toEqual(['["tini", "--", "backfill"]']);
    expect(of(image, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    for (const [name, path] of Object.entries(MANIFEST.bin))
      expect(of(image, 'RUN').join(' ')).toContain(`ln -s /app/${path} /usr/local/bin/${name}`);
  });

  it('is built of what .dockerignore lets through, and of nothing else', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignored.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const through = ignored.flatMap((line) => (line.startsWith('!') ? line.slice(1) : []));
    expect(through.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const copied = of(build, 'COPY').flatMap((rest) =>
      rest
        .split(' ')
        .filter((word) => !word.startsWith('--'))
        .slice(0, -1),
    );
    expect(copied.toSorted()).toEqual(through.toSorted());
  });

  it('lacks packages only that the bundled programs have inside', () => {
    const line = of(build, 'RUN').find((rest) => rest.startsWith('npm pkg delete')) ?? '';
    const gone = [...line.matchAll(/dependencies\.([\w/@-]+)/g)].map(([, name = '']) => name);
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter((name) => !(name in MANIFEST.dependencies))).toEqual([]);
    const chunks = readdirSync(join(ROOT, 'dist/src/chunks')).map((name) => `src/chunks/${name}`);
    const programs = [
      'src/cli/backfill.js',
      'src/cli/check-data.js',
      'src/provider.js',
      'workers/run-task.js',
    ];
    const needed = new Set(
      [...programs, ...chunks].flatMap((path) => importsOf(readFileSync(join(ROOT, 'dist', path), 'utf8'))),
    );
    // What is asked for by name is found at all.
    expect([...needed]).toEqual(expect.arrayContaining(['piscina', '@duckdb/node-api']));
    expect(gone.filter((name) => needed.has(name))).toEqual([]);
  });

  itWith(HADOLINT)('has nothing that a linter of Dockerfiles finds', () => {
    const { stdout, status } = spawnSync(HADOLINT_PROGRAM ?? '', ['--no-color', join(ROOT, 'Dockerfile')], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

/** Packages that a bundled file asks for: imports at the beginning of a line, or of a call. */
function importsOf(code: string): string[] {
  const statements = code.matchAll(/^(?:import|export)\b[^'"\n]*["']([^."'/][^"']*)["'];?$/gm);
  const calls = code.matchAll(/\b(?:import|require|__require)\(["']([^."'/][^"']*)["']\)/g);
  return [...statements, ...calls].map(([, name = '']) => name.replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1'));
}

const TOKEN = 'a-token-of-a-test';

/** What the question asks: a command of Docker's, as a list of words. */
async function asked(words: readonly string[], port: number): Promise<number> {
  const [program, ...rest] = words.map((word) => word.replaceAll('8321', String(port)));
  expect(program).toBe('node');
  const child = spawn(process.execPath, rest, { env: { BACKFILL_TOKEN: TOKEN }, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number];
  return code;
}

describe('the question whether it is well', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const listening = async (answer: RequestListener): Promise<number> => {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const nobody = async (): Promise<number> => {
    const port = await listening(() => undefined);
    server?.close();
    return port;
  };
  const inImage = JSON.parse(
    /CMD (\[.*\])$/.exec(of(image, 'HEALTHCHECK')[0] ?? '')?.[1] ?? '[]',
  ) as string[];
  const ofDashboard = (service('dashboard').healthcheck?.test ?? []).slice(1);
  const withToken: RequestListener = ({ headers }, response) =>
    response.writeHead(headers.authorization === `Bearer ${TOKEN}` ? 200 : 401).end();

  it.each([200, 401, 404])('is answered by what serves, be it with %i', async (status) => {
    const port = await listening((_, response) => response.writeHead(status).end());
    expect(await asked(inImage, port)).toBe(0);
  });

  it('is not answered by a server whose store is gone', async () => {
    const port = await listening((_, response) => response.writeHead(503).end());
    expect(await asked(inImage, port)).toBe(1);
    expect(await asked(ofDashboard, port)).toBe(1);
  });

  it('is not answered by what hangs up', async () => {
    const port = await listening(({ socket }) => socket.destroy());
    expect(await asked(inImage, port)).toBe(1);
    expect(await asked(ofDashboard, port)).toBe(1);
  });

  it('means nothing to a run, which serves nobody, and something to a dashboard', async () => {
    const port = await nobody();
    expect(await asked(inImage, port)).toBe(0);
    expect(await asked(ofDashboard, port)).toBe(1);
  });

  it.each([
    ['a worker that is there', { host: hostname(), isAlive: true }, 0],
    ['one that has not told of itself for long', { host: hostname(), isAlive: false }, 1],
    ['another machine', { host: `other-than-${hostname()}`, isAlive: true }, 1],
  ])('is answered by what the queue knows of %s', (_, machine, expected) => {
    const { test: words = [] } = service('worker').healthcheck ?? {};
    expect(words[0]).toBe('CMD-SHELL');
    const line = words[1]?.replace(/^backfill queue status --json \|/, 'cat |') ?? '';
    const input = JSON.stringify({ machines: [{ host: 'x', isAlive: false }, machine] });
    expect(spawnSync('sh', ['-c', line], { input }).status).toBe(expected);
    expect(spawnSync('sh', ['-c', line], { input: '' }).status).toBe(1);
  });

  it('is put to a dashboard with its token', async () => {
    expect(await asked(ofDashboard, await listening(withToken))).toBe(0);
    server?.close();
    const refuses = await listening((_, response) => response.writeHead(401).end());
    expect(await asked(ofDashboard, refuses)).toBe(1);
  });
});
