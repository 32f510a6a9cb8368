/**
 * Bundles the programs and the thread entry over what the compiler built: finding, reading and linking some hundred and
 * seventy modules, or as many pieces of a bundle, is half of what a thread costs until its first request. The library stays as
 * the compiler built it.
 * Not minified, so that stack traces can be read. Pages for browsers are bundled too. The programs are made executable.
 */
import { chmod, cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, bundle, bundlePages } from './bundling.mjs';

// What a provider of the user's own imports is then the thread's own code, loaded already.
const SOURCES = ['src/cli/backfill.ts', 'src/cli/check-data.ts', 'src/provider.ts', 'workers/run-task.ts'];
await bundle(SOURCES, 'dist');
await bundlePages('dist/pages');
// For Prometheus and Grafana, which read files.
await cp(join(ROOT, 'src', 'monitor', 'prometheus'), join(ROOT, 'dist', 'monitoring'), { recursive: true });

// The programs that `npm link` and `npm install` point at, whatever the umask: npm makes them executable once, a build anew.
const { bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
await Promise.all(Object.values(bin).map((program) => chmod(join(ROOT, program), 0o755)));
