import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const here = (relative: string): string => new URL(relative, import.meta.url).pathname;

/** Of files that say where threads load something from, the function of `bundled.ts` in place of theirs. */
const BUNDLED = new Map([
  [here('../src/pool/entry.ts'), 'threadEntry'],
  [here('../src/qmtl/module-url.ts'), 'fetcherModule'],
]);

/** Threads of tests load the bundle too. */
const plugins = [
  {
    name: 'bundled-threads',
    load: (id: string): string | undefined => {
      const name = BUNDLED.get(id);
      return name && `export { ${name} } from '${here('bundled.ts')}';`;
    },
  },
];

const shared = {
  root: here('..'),
  // Of a test that hangs: no test is judged by how long it takes where others use the CPUs.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // A test that asserts nothing fails. What is polled for is an event, which comes late where others use the CPUs.
  expect: { requireAssertions: true, poll: { timeout: 20_000 } },
};
/**
 * Where what is no whole program puts its stores: into memory, where there is enough, as waiting for a disk tells nothing
 * there. Whole programs have a disk.
 */
const MEMORY = '/dev/shm';
const inMemory = { env: roomIn(MEMORY) >= 4 * 2 ** 30 ? { TMPDIR: MEMORY } : {} };

function roomIn(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** Pages too: a browser is a program as large as any; machines that wait for each other; and a server that waits for an hour to come. */
const acceptance = ['test/{acceptance,pages,queue}/**/*.test.ts', 'test/cli/daily.test.ts'];
/** What is judged by what happens at which moment, not in the end: on a screen, or at a server that counts by its clock. */
const moments = [
  'test/terminal/{ends,progress}.test.ts',
  'test/providers/http/late-arrivals.test.ts',
  'test/providers/http/redis-quota/{lost-records,quota-machines}.test.ts',
];
const terminal = 'test/terminal/**/!(ends|progress).test.ts';
/** What only computes leaves nothing behind: its files share a process, whose start takes longer than most of them. */
const pure = ['core', 'report', 'market'].map((folder) => `test/${folder}/**/*.test.ts`);
/**
 * Each test makes the stores and starts the servers that it needs, and a run keeps nothing between two: a process for all, but
 * for what changes the time, a variable or a module of its whole process.
 */
const engine = [
  'test/{backfill,copy,qmtl,store}/**/*.test.ts',
  'test/library/**/!(queue-patience|secrets).test.ts',
  'test/providers/**/!(breaker|gate|late-arrivals|lost-records|quota-*|undeclared-limit|usage).test.ts',
];
/** Run their programs in one more process, which they share then as well, but for those who take a stream of their own process. */
const cli = 'test/cli/**/!(daily).test.ts';
/** Servers on loopback that each file stops itself: they share a process too, but for the file that starts programs. */
const simulator = 'test/simulator/**/!(command).test.ts';

/** Whole programs wait for answers, for quotas, for browsers and for one another's locks. */
const HALF_OF_THE_TIME_BUSY = 2 * availableParallelism() + 1;

/**
 * Whole programs start programs themselves: they run after the rest, and what is judged by moments runs last, with
 * nothing else but one another.
 */
export default defineConfig({
  test: {
    // One more than there are CPUs: now and then each waits, for a disk, a server or a time.
    maxWorkers: availableParallelism() + 1,
    globalSetup: here('bundle.mjs'),
    reporters: ['default', here('skips.ts')],
    projects: [
      {
        plugins,
        test: {
          ...shared,
          ...inMemory,
          name: 'pure',
          include: pure,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          ...inMemory,
          name: 'simulator',
          include: [simulator],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          ...inMemory,
          name: 'engine',
          include: engine,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          ...inMemory,
          name: 'cli',
          include: [cli],
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          ...inMemory,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...pure, ...engine, simulator, cli, ...acceptance, terminal, ...moments],
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'acceptance',
          include: acceptance,
          maxWorkers: HALF_OF_THE_TIME_BUSY,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'terminal',
          include: [terminal],
          maxWorkers: HALF_OF_THE_TIME_BUSY,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          name: 'moments',
          include: moments,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
