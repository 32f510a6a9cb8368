import { defineConfig } from 'vitest/config';

const shared = {
  root: new URL('..', import.meta.url).pathname,
  execArgv: ['--import', new URL('../workers/typescript.mjs', import.meta.url).pathname],
  testTimeout: 30_000,
  // A test that asserts nothing fails.
  expect: { requireAssertions: true },
};
const acceptance = 'test/acceptance/**/*.test.ts';
const terminal = 'test/terminal/**/*.test.ts';
/** What only computes leaves nothing behind: its files share a process, whose start takes longer than most of them. */
const pure = ['core', 'report', 'market'].map((folder) => `test/${folder}/**/*.test.ts`);

/** Whole programs against each other's clocks are judged by their timing: they run after the rest, one at a time. */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    reporters: ['default', new URL('skips.ts', import.meta.url).pathname],
    projects: [
      {
        test: {
          ...shared,
          name: 'pure',
          include: pure,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...pure, acceptance, terminal],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'acceptance',
          include: [acceptance],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'terminal',
          testTimeout: 60_000,
          include: [terminal],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
