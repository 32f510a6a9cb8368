/**
 * Bundles the programs and the thread entry over what the compiler built: finding, reading and linking some hundred and
 * seventy modules is half of what a thread costs until its first request. The library stays as the compiler built it.
 * Not minified, so that stack traces can be read. The programs are made executable.
 */
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What would take long to load for what little is used of it; each of ours says why. */
const STAND_INS = {
  'tough-cookie': 'src/providers/yahoo/no-cookies.ts',
};

await build({
  absWorkingDir: ROOT,
  // What a provider of the user's own imports is then the thread's own code, loaded already.
  entryPoints: ['src/cli/backfill.ts', 'src/cli/check-data.ts', 'src/provider.ts', 'workers/run-task.ts'],
  outdir: 'dist',
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
  external: ['piscina', '@duckdb/node-api', 'fs-native-extensions'],
  plugins: [{ name: 'stand-ins', setup: standIn }],
  // What CommonJS packages call for Node's own modules.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
});

// The programs that `npm link` and `npm install` point at, whatever the umask: npm makes them executable once, a build anew.
const { bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
await Promise.all(Object.values(bin).map((program) => chmod(join(ROOT, program), 0o755)));

function standIn({ onResolve }) {
  onResolve({ filter: /^tough-cookie$/ }, ({ path, kind }) =>
    // CommonJS packages get the real thing: `require` has no default export.
    kind === 'import-statement' ? { path: join(ROOT, STAND_INS[path]) } : undefined,
  );
}
