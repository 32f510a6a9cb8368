import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import { spreads } from './spreads.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What would take long to load for what little is used of it; each of ours says why. */
const STAND_INS = {
  'tough-cookie': 'src/providers/yahoo/no-cookies.ts',
};

/** These find files of their own beside their code: a thread entry, addons. */
const EXTERNAL = ['piscina', '@duckdb/node-api', 'fs-native-extensions', 'pg', 'bullmq', 'ioredis'];

/** What a bundle may be told of: a package's own `eval`, and modules that only the library, which is not bundled, loads late. */
const BORNE = new Set(['EVAL', 'INEFFECTIVE_DYNAMIC_IMPORT']);

/** What is loaded together lies in one file: of a hundred small ones, finding and linking them takes longer than compiling them. */
const LOADED_TOGETHER = { thread: 'workers/run-task', program: 'src/cli/backfill' };

/**
 * Bundles sources, named from the root, to the same places under `outdir`, which is named so too and can be absolute. What several
 * of them need, or none of them at once, is in files beside them.
 */
export async function bundle(entryPoints, outdir) {
  const bundling = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(entryPoints.map((source) => [source.replace(/\.ts$/, ''), source])),
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: EXTERNAL,
    transform: { target: 'node20.19' },
    plugins: [{ name: 'stand-ins', resolveId: standIn }, spreads],
    onLog: (level, { code, message }) => {
      if (!BORNE.has(code)) throw new Error(`${level}: ${message}`);
    },
  });
  try {
    const output = {
      dir: resolve(ROOT, outdir),
      format: 'esm',
      entryFileNames: '[name].js',
      // As deep as `src/pool`, which finds the thread entry by its own place.
      chunkFileNames: 'src/chunks/[name]-[hash].js',
      comments: { legal: true, annotation: true, jsdoc: false },
    };
    const { output: parts } = await bundling.generate(output);
    await bundling.write({ ...output, codeSplitting: { groups: groupsOf(parts) } });
  } finally {
    await bundling.close();
  }
}

/** Of what is loaded together with each, all that is not loaded with the one before, but for entries, which run what they load. */
function groupsOf(parts) {
  const entries = new Set(parts.filter(({ isEntry }) => isEntry).map(({ facadeModuleId }) => facadeModuleId));
  const taken = new Set(entries);
  return Object.entries(LOADED_TOGETHER).map(([name, entry]) => {
    const own = loadedWith(entry, parts).filter((module) => !taken.has(module));
    for (const module of own) taken.add(module);
    const modules = new Set(own);
    return { name, test: (id) => modules.has(id), includeDependenciesRecursively: false };
  });
}

/** Modules that are loaded at once with an entry; none of one that is not among these. */
function loadedWith(entry, parts) {
  const byName = new Map(parts.map((part) => [part.fileName, part]));
  const [files, modules] = [new Set(), []];
  const load = (file) => {
    const part = byName.get(file);
    if (part === undefined || files.has(file)) return;
    files.add(file);
    for (const module of Object.keys(part.modules)) modules.push(module);
    part.imports.forEach(load);
  };
  load(`${entry}.js`);
  return modules;
}

function standIn(path, _importer, { kind }) {
  // CommonJS packages get the real thing: `require` has no default export.
  return path in STAND_INS && kind === 'import-statement' ? join(ROOT, STAND_INS[path]) : null;
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
