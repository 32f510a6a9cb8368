import { setFlagsFromString } from 'node:v8';

/**
 * Percent by which a heap grows beyond what is alive in it before it is collected. V8 lets it grow to four times that,
 * which is what most of the memory of a long run was: with 50 a top-up of 4,000 series needs a quarter less, and a file of
 * 1.6 million rows a fifth, for 1 to 3 percent (15 for such a file) more CPU.
 */
const HEAP_GROWTH = 50;

/**
 * Bytes of bytecode that a function runs between two looks at whether to optimize it; V8 11 has 67,584. A run is over in
 * seconds, and each of its threads does much a few hundred times: in Node 20 a sixth of all its CPU went into optimizing
 * what was hardly used afterwards. Later versions of Node have a cheaper compiler for that, and no such flag.
 */
const BUDGET = 500_000;

/** Sets what V8 should know of a program like ours, for all its threads. The library leaves its user's process alone. */
export function setV8Flags(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  if (process.versions.node.startsWith('20.')) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
