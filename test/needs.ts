import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { randomFor } from '../src/market/random.ts';
import { hasCases } from './cases.ts';
import { hasRealData } from './realdata.ts';
import { REDIS_PROGRAM } from './redis/redis-server.ts';
import { POSTGRES_PROGRAMS } from './store/postgres/server-programs.ts';

/** Something that tests need and that a checkout or a machine may lack. */
export interface Need {
  readonly isMet: boolean;
  /** Why its tests are skipped where it is not. */
  readonly lack: string;
}

export const NOTHING: Need = { isMet: true, lack: '' };
export const REAL_DATA: Need = { isMet: hasRealData, lack: 'no ../shared/realdata' };
export const CASES: Need = { isMet: hasCases, lack: 'no ../shared/cases' };
export const TMUX: Need = { isMet: spawnSync('tmux', ['-V']).status === 0, lack: 'no tmux' };
export const ZSH: Need = { isMet: spawnSync('zsh', ['--version']).status === 0, lack: 'no zsh' };
export const JQ: Need = { isMet: spawnSync('jq', ['--version']).status === 0, lack: 'no jq' };
export const SYSTEMD: Need = {
  isMet: spawnSync('systemd-analyze', ['--version']).status === 0,
  lack: 'no systemd-analyze',
};
export const FISH: Need = { isMet: spawnSync('fish', ['--version']).status === 0, lack: 'no fish' };

/** Prometheus's own tool, of Debian's package `prometheus`: checks rules and runs their tests. */
export const PROMTOOL: Need = {
  isMet: spawnSync('promtool', ['--version']).status === 0,
  lack: 'no promtool',
};

/** Debian's Chromium, or another by that name. */
export const CHROMIUM_PROGRAM = spawnSync('sh', ['-c', 'command -v chromium'], {
  encoding: 'utf8',
}).stdout.trim();
export const CHROMIUM: Need = { isMet: CHROMIUM_PROGRAM !== '', lack: 'no chromium' };

/** Whether tests take the time to repeat as often, and to take as much, as is promised: half an hour with `LONG_RUNS=1`. */
export const LONG_RUNS = process.env['LONG_RUNS'] === '1';

/** How often a test of any input tries one, each time another one: a third of what is promised, but for the long form. */
export function rounds(promised: number): number {
  return LONG_RUNS ? promised : Math.ceil(promised / 3);
}

/**
 * Of cases that go the same way, one of every so many neighbours, drawn by a seed, in their order; all of them in the
 * long form. Of no cases none, else at least one.
 */
export function sampled<Case>(cases: readonly Case[], outOf: number, seed: string): readonly Case[] {
  if (LONG_RUNS) return cases;
  const random = randomFor(seed);
  return Array.from({ length: Math.ceil(cases.length / outOf) }, (_, i) => {
    const neighbours = cases.slice(i * outOf, (i + 1) * outOf);
    return neighbours[Math.floor(random() * neighbours.length)] as Case;
  });
}

/** A tracer of system calls that may trace: in some containers it may not. */
export const STRACE: Need = {
  isMet: spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0,
  lack: 'no strace that may trace',
};

/** Python with the packages of the README's recipes; `.ci/run` installs them. */
export const PYTHON = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
export const PYTHON_PACKAGES: Need = {
  isMet: existsSync(PYTHON),
  lack: 'no .venv with test/readme/requirements.txt',
};

/** Docker Compose 2, in the same place or wherever it is installed: one that knows what `compose.yaml` is written with. */
export const DOCKER_COMPOSE_PROGRAM = [
  [fileURLToPath(new URL('../.venv/bin/docker-compose', import.meta.url))],
  ['docker', 'compose'],
  ['docker-compose'],
].find(([program = '', ...words]) =>
  /^v?(2\.(2[4-9]|[3-9]\d)|[3-9])/.test(
    spawnSync(program, [...words, 'version', '--short'], { encoding: 'utf8' }).stdout,
  ),
);
export const DOCKER_COMPOSE: Need = {
  isMet: DOCKER_COMPOSE_PROGRAM !== undefined,
  lack: 'no Docker Compose 2.24',
};

/** A linter of Dockerfiles. */
export const HADOLINT_PROGRAM = [
  fileURLToPath(new URL('../.venv/bin/hadolint', import.meta.url)),
  'hadolint',
].find((program) => spawnSync(program, ['--version']).status === 0);
export const HADOLINT: Need = { isMet: HADOLINT_PROGRAM !== undefined, lack: 'no hadolint' };

/** A server of S3's that is not ours, in the same place. */
export const S3_SERVER: Need = {
  isMet: existsSync(fileURLToPath(new URL('../.venv/bin/moto_server', import.meta.url))),
  lack: 'no .venv with moto of test/readme/requirements.txt',
};

export const POSTGRES: Need = { isMet: POSTGRES_PROGRAMS !== undefined, lack: 'no PostgreSQL' };

export const REDIS: Need = { isMet: REDIS_PROGRAM !== undefined, lack: 'no redis-server' };

/** QuestDB's own jar, which `.ci/run` fetches, and Java to run it. */
export const QUESTDB_JAR = fileURLToPath(new URL('../.questdb/questdb-9.2.2.jar', import.meta.url));
export const QUESTDB: Need = {
  isMet: existsSync(QUESTDB_JAR) && spawnSync('java', ['-version']).status === 0,
  lack: 'no .questdb with the jar of QuestDB, or no Java',
};

/** `describe` for tests that need something: skipped without it, with the reason in the title. */
export function describeWith(need: Need): (title: string, body: () => void) => void {
  return (title, body) => describe.skipIf(!need.isMet)(titleOf(title, need), body);
}

/** `it` for a test that needs something: skipped without it, with the reason in the title. */
export function itWith(
  need: Need,
): (title: string, body: () => Promise<void> | void, timeoutMs?: number) => void {
  return (title, body, timeoutMs) => it.skipIf(!need.isMet)(titleOf(title, need), body, timeoutMs);
}

function titleOf(title: string, { isMet, lack }: Need): string {
  return isMet ? title : `${title} (skipped: ${lack})`;
}
