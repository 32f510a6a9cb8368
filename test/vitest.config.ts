import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    execArgv: ['--import', new URL('../workers/typescript.mjs', import.meta.url).pathname],
    testTimeout: 30_000,
  },
});
