import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { README } from './blocks.ts';

describe('what is stored and named as odd', () => {
  it('is told of, each kind by its name', () => {
    const source = readFileSync(new URL('../../src/core/checks/oddity.ts', import.meta.url), 'utf8');
    const kinds = [...source.matchAll(/^ {4}\| '([a-z-]+)'/gm)].flatMap(([, kind]) => kind ?? []);
    expect(kinds.length).toBeGreaterThan(10);
    expect(kinds.filter((kind) => !README.includes(`\`${kind}\``))).toEqual([]);
  });
});
