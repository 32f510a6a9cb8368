import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Copies what a clean clone of the project as it stands would have, without a build, and lends it the installed packages. */
export async function copyCheckout(to: string): Promise<void> {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of new Set(listed.split('\0').filter((name) => name !== ''))) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(ROOT, path), join(to, path));
  }
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

/** Lends a folder the packages that the project needs at run time, without those that it only needs to be developed. */
export async function lendDependencies(to: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  for (const [path, { dev = false }] of Object.entries(lock.packages)) {
    const [, name = '', nested] = path.split(/(?:^|\/)node_modules\//);
    if (name === '' || nested !== undefined || dev) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    await symlink(join(ROOT, path), join(to, path));
  }
}
