import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs between two looks at whether to optimize it; V8 11 has 67,584. */
const BUDGET = 500_000;

/**
 * Has this process optimize later. A run is over in seconds, and each of its threads does much a few hundred times: in
 * Node 20 a sixth of all its CPU goes into optimizing what is hardly used afterwards. Later versions of Node have a
 * cheaper compiler for that, and no such flag. The library leaves the process of its user as it is.
 */
export function optimizeLate(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
