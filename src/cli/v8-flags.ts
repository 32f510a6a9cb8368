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

/** The newest Node that is known to have these flags. V8 names one that it does not know on stderr, at every command. */
const NEWEST_NODE = 26;

/** What V8 should be told in a version of Node, such as `20.20.2`: nothing where it is not known to understand it. */
export function v8FlagsOf(version: string): readonly string[] {
  const major = Number.parseInt(version, 10);
  if (major > NEWEST_NODE) return [];
  const growth = `--heap-growing-percent=${HEAP_GROWTH}`;
  return major === 20 ? [growth, `--interrupt-budget=${BUDGET}`] : [growth];
}

/** Sets what V8 should know of a program like ours, for all its threads. The library leaves its user's process alone. */
export function setV8Flags(): void {
  for (const flag of v8FlagsOf(process.versions.node)) setFlagsFromString(flag);
}
