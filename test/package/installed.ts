import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lendDependencies, ROOT } from './checkout.ts';

/** Packs the build, or what a folder has, and gives the tarball's path. As strict as a server's umask may be. */
export function pack(to: string, { from = ROOT, builds = false } = {}): string {
  const scripts = builds ? '' : '--ignore-scripts';
  const named = execFileSync(
    'sh',
    ['-c', `umask 077 && npm pack --silent ${scripts} --pack-destination "$0"`, to],
    { cwd: from, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return join(to, named.trim().split('\n').at(-1) ?? '');
}

/** Makes the project of somebody who installed the tarball, with the packages that it needs at run time. */
export async function installInto(project: string, tarball: string): Promise<void> {
  const installed = join(project, 'node_modules', 'backfill');
  await mkdir(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  await lendDependencies(project);
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
}
