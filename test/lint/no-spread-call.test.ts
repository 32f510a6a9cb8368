import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'backfill-lint-'));
for (const tree of ['src', 'workers', 'bench', 'test']) mkdirSync(join(folder, tree));
copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
for (const name of ['test/lint', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));

/** The lines of a file that the project's linter takes for such a call. */
function found(tree: string, lines: readonly string[]): string[] {
  const path = join(tree, 'sample.ts');
  writeFileSync(join(folder, path), `${lines.join('\n')}\n`);
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
  let said: string;
  try {
    said = execFileSync(oxlint, ['-f', 'json', path], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  const { diagnostics } = JSON.parse(said) as {
    diagnostics: { code: string; labels: { span: { line: number } }[] }[];
  };
  const at = diagnostics.filter(({ code }) => code.includes('no-spread-call'));
  return at.map(({ labels: [label] }) => lines[(label?.span.line ?? 0) - 1] ?? '').toSorted();
}

const OVERFLOWING = [
  'Math.max(...data);',
  'Math.min(0, ...data.map((x) => x + 1));',
  'data.push(...more);',
  'data?.push(...more);',
  'String.fromCharCode(...data);',
  'Math.max.apply(null, data);',
  'Array.prototype.push.apply(data, more);',
  'Reflect.apply(Math.max, null, data);',
  'new Date(...data);',
  'log(first, ...rest);',
].toSorted();

describe('the linter', () => {
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['src', 'workers', 'bench'])('refuses a list as the arguments of a call in %s', (tree) => {
    expect(found(tree, OVERFLOWING)).toEqual(OVERFLOWING);
  });

  it('bears spreads into arrays, objects and sets, and rest parameters', () => {
    const fine = [
      'f([...data]);',
      'new Map([...data]);',
      'g({ ...one });',
      'function h(...all) { return all; }',
    ];
    expect(found('src', fine)).toEqual([]);
    expect(found('test', OVERFLOWING)).toEqual([]);
  });
});
