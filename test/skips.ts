import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with a line for all that was skipped in a file for one reason, which `needs.ts` writes into titles. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const { children, relativeModuleId } of modules) {
      const counts = new Map<string, number>();
      const count = (title: string, tests: number): void => {
        // What a filter by name leaves out has no reason, and needs none.
        const [, reason] = /\(skipped: (.*?)\)/.exec(title) ?? [];
        if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + tests);
      };
      for (const { fullName } of children.allSuites()) count(fullName, 0);
      for (const { fullName } of children.allTests('skipped')) count(fullName, 1);
      for (const [reason, tests] of counts)
        console.log(`Skipped of ${relativeModuleId}: ${tests || 'all'}, ${reason}`);
    }
  }
}
