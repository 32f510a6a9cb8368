import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LONG_RUNS, type Need } from '../needs.ts';

/** A Node that the package is tried on. */
export interface OtherNode {
  readonly version: string;
  readonly program: string;
  readonly installed: Need;
}

const manifest = JSON.parse(await readFile(new URL('nodes/package.json', import.meta.url), 'utf8')) as {
  optionalDependencies: Record<string, string>;
};

/** Of 20 and 22 the first that are promised, of later ones the newest when this was written. */
const OTHER_NODES: readonly OtherNode[] = Object.entries(manifest.optionalDependencies).map(
  ([name, dependency]) => {
    const program = fileURLToPath(new URL(`nodes/node_modules/${name}/bin/node`, import.meta.url));
    const version = dependency.slice(dependency.lastIndexOf('@') + 1);
    const lack = `no Node ${version} in test/package/nodes`;
    return { version, program, installed: { isMet: existsSync(program), lack } };
  },
);

/** Those that are tried: the oldest and the newest, and in the long form all. */
export const TRIED_NODES: readonly OtherNode[] = LONG_RUNS
  ? OTHER_NODES
  : OTHER_NODES.filter((_, i) => i === 0 || i === OTHER_NODES.length - 1);
