import { describe, expect, it } from 'vitest';
import { lintFolder } from './linted.ts';

const linted = lintFolder();

/** Of these imports in a file at `path`, those that the linter refuses. */
function refused(path: string, imports: readonly string[]): string[] {
  const lines = imports.map((from, i) => `import { a${i} } from '${from}';`);
  const bad = linted(path, lines, 'layers');
  return imports.filter((from) => bad.some((line) => line.includes(`'${from}'`)));
}

const WRONG: readonly (readonly [string, readonly string[]])[] = [
  [
    'src/core/bars/x.ts',
    ['node:fs', 'piscina', '../../market/market.ts', '../checks/checks.ts', '../unheard-of/x.ts'],
  ],
  ['src/core/session/x.ts', ['../calendar/calendar.ts', '../bars/bars.ts']],
  ['src/core/plan/x.ts', ['../checks/checks.ts']],
  ['src/market/x.ts', ['../providers/provider.ts', '../store/store.ts', '../index.ts']],
  [
    'src/providers/http/x.ts',
    ['../../store/store.ts', '../../simulator/server.ts', '../../backfill/backfill.ts'],
  ],
  ['src/store/parquet/x.ts', ['../../providers/provider.ts', './files/disk.ts', 'node:fs']],
  [
    'src/store/parquet/beside/x.ts',
    ['node:fs/promises', 'fs', '../files/commit.ts', '../files/folder.ts', '../../../market/plain-file.ts'],
  ],
  ['src/store/parquet/files/x.ts', ['../partition/join.ts', '../doctor/look.ts', '../index.ts']],
  [
    'src/backfill/judge/x.ts',
    ['../task/run-task.ts', '../backfill.ts', '../../store/parquet/index.ts', '../../pool/pool.ts'],
  ],
  ['src/backfill/plan/x.ts', ['../settle/summary.ts']],
  ['src/pool/x.ts', ['../report/table.ts', '../library/history.ts']],
  ['src/library/x.ts', ['../cli/program.ts', '../index.ts', '../terminal.ts', '../store/parquet/index.ts']],
  ['src/report/x.ts', ['../pages/dom.ts']],
  ['src/library/x.ts', ['../pages/dom.ts']],
  ['src/pages/coverage/x.ts', ['../../library/history.ts', '../../index.ts']],
  ['src/index.ts', ['./cli/program.ts', './terminal.ts', './pages/dom.ts']],
  ['src/cli/x.ts', ['../library/history.ts', '../core/errors.ts']],
];

const RIGHT: readonly (readonly [string, readonly string[]])[] = [
  ['src/core/checks/x.ts', ['./checks.ts', '../errors.ts', '../bars/bars.ts', '../instrument/identity.ts']],
  ['src/store/open.ts', ['./parquet/index.ts', '../core/errors.ts', 'node:path']],
  ['src/store/parquet/index.ts', ['./files/folder.ts', './files/blobs.ts']],
  ['src/store/parquet/beside/x.ts', ['../files/blobs.ts', '../files/walk.ts', 'node:crypto']],
  ['src/store/parquet/files/x.ts', ['node:fs', './commit.ts', '../../../market/plain-file.ts']],
  [
    'src/backfill/settle/x.ts',
    ['../run/ledger.ts', '../runner.ts', '../../store/store.ts', '../../core/errors.ts'],
  ],
  ['src/pages/coverage/x.ts', ['./dom.ts', '../../report/worst-first.ts']],
  ['src/cli/x.ts', ['../index.ts', '../terminal.ts', './program.ts', 'node:util']],
  ['test/x.test.ts', ['../src/store/parquet/index.ts', '../src/cli/program.ts']],
];

describe('the order of the layers', () => {
  it.each(WRONG)('is kept in %s', (path, imports) => {
    expect(refused(path, imports)).toEqual(imports);
  });

  it.each(RIGHT)('leaves %s what lies below', (path, imports) => {
    expect(refused(path, imports)).toEqual([]);
  });

  it('counts what is passed on, and what is imported later', () => {
    const lines = [
      "export * from '../library/history.ts';",
      "export { a } from '../cli/program.ts';",
      "await import('../pool/pool.ts');",
    ];
    expect(linted('src/core/x.ts', lines, 'layers')).toEqual(lines.toSorted());
  });
});
