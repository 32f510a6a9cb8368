import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** A folder with the project's linter and no files; what is written there goes after the tests of the file. */
export function lintFolder(): (path: string, lines: readonly string[], rule: string) => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'backfill-lint-'));
  mkdirSync(join(folder, 'test'));
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const name of ['test/lint', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** The lines of a file at `path` that the rule finds fault with, sorted. */
  return (path, lines, rule) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`);
    const at = diagnostics(folder, path).filter(({ code }) => code.includes(rule));
    return at.map(({ labels: [label] }) => lines[(label?.span.line ?? 0) - 1] ?? '').toSorted();
  };
}

interface Diagnostic {
  readonly code: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

function diagnostics(folder: string, path: string): readonly Diagnostic[] {
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
  let said: string;
  try {
    said = execFileSync(oxlint, ['-f', 'json', path], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  return (JSON.parse(said) as { diagnostics: Diagnostic[] }).diagnostics;
}
