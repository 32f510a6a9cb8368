import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fromRoot } from './paths.ts';

/** Where and with what something was measured. */
export interface Environment {
  readonly date: string;
  /** Ends with `+` where the checkout differs from it. */
  readonly commit: string;
  readonly machine: string;
  readonly system: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
  /** Processes that ran or waited to run as the bench began, over one minute: far above 0, the machine was shared. */
  readonly loadBefore: number;
}

const PACKAGES = ['hyparquet', 'hyparquet-writer', '@duckdb/node-api', 'piscina', 'yahoo-finance2'];

export function environment(now: Date): Environment {
  const gib = Math.round(totalmem() / 2 ** 30);
  return {
    date: now.toISOString(),
    commit: commit(),
    machine: `${availableParallelism()} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gib} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: fromRoot('.'), encoding: 'utf8' }).trim();
  try {
    const isDirty = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${isDirty ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}

function versionOf(name: string): string {
  const text = readFileSync(fromRoot(`node_modules/${name}/package.json`), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
