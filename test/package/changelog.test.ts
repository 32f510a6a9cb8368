import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './checkout.ts';

const [changelog, readme] = await Promise.all(
  ['CHANGELOG.md', 'README.md'].map((name) => readFile(join(ROOT, name), 'utf8')),
);

describe('the changelog', () => {
  it('names as code what the README has too', () => {
    const spans = [...(changelog ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
    expect(spans.length).toBeGreaterThan(30);
    // By whole words: what is left of an option that has another name is none.
    const isTold = (code: string): boolean => {
      const literal = code.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      return new RegExp(`(?<![\\w-])${literal}(?![\\w-])`).test(readme ?? '');
    };
    expect(spans.filter((code) => !isTold(code))).toEqual([]);
  });

  it('tells of what is unreleased first', () => {
    const headings = [...(changelog ?? '').matchAll(/^## \[([^\]]+)\]/gm)].map(([, name]) => name);
    expect(headings[0]).toBe('Unreleased');
  });
});
