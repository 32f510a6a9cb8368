import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { fromRoot } from './paths.ts';

const run = promisify(execFile);

/** A package that only the bench wants, or why it is not there. */
export type Package = { readonly folder: string } | { readonly lack: string };

/** Installs it into `bench/.packages` where that was not done before: it is old, and no dependency of the project. */
export async function npmPackage(
  name: string,
  version: string,
  tell: (line: string) => void,
): Promise<Package> {
  const prefix = fromRoot(`bench/.packages/${name}-${version}`);
  const folder = `${prefix}/node_modules/${name}`;
  if (existsSync(folder)) return { folder };
  tell(`installing ${name} ${version} into bench/.packages`);
  try {
    const quietly = ['--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', '--prefix', prefix, ...quietly, `${name}@${version}`]);
    return { folder };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return { lack: stderr?.trim().split('\n').at(-1) ?? message };
  }
}
