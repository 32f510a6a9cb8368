import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { build } from 'esbuild';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What would take long to load for what little is used of it; each of ours says why. */
const STAND_INS = {
  'tough-cookie': 'src/providers/yahoo/no-cookies.ts',
};

/** Bundles sources, named from the root, to the same places under `outdir`, which is named so too and can be absolute. */
export function bundle(entryPoints, outdir) {
  return build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir,
    outbase: '.',
    // As deep as `src/pool`, which finds the thread entry by its own place.
    chunkNames: 'src/chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Node 20 knows the flag `v`; as a literal, such an expression is compiled when it is used.
    supported: { 'regexp-set-notation': true },
    // These find files of their own beside their code: a thread entry, addons.
    external: ['piscina', '@duckdb/node-api', 'fs-native-extensions', 'pg', 'bullmq', 'ioredis'],
    plugins: [{ name: 'stand-ins', setup: standIn }],
    // What CommonJS packages call for Node's own modules.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** Each is a folder with a script and a style of its name. */
const PAGES = ['coverage', 'dashboard'];

/** Bundles the scripts and styles of pages for a browser, each alone, as they lie in one HTML file with their data. */
export function bundlePages(outdir) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: PAGES.flatMap((name) =>
      ['ts', 'css'].map((kind) => ({ in: `src/pages/${name}/${name}.${kind}`, out: name })),
    ),
    outdir,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    // What an HTML file would be read otherwise with: its encoding is told, and it is hashed as it stands.
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'warning',
  });
}

function standIn({ onResolve }) {
  onResolve({ filter: /^tough-cookie$/ }, ({ path, kind }) =>
    // CommonJS packages get the real thing: `require` has no default export.
    kind === 'import-statement' ? { path: join(ROOT, STAND_INS[path]) } : undefined,
  );
}
