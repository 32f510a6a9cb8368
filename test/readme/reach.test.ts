import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { reachLines, reckoned } from '../../bench/questions/reach.ts';
import { readFigures } from '../../bench/reach/machine.ts';
import { blockWith } from './blocks.ts';

const README = join(fileURLToPath(new URL('../../', import.meta.url)), 'README.md');

/** After other figures were published: `UPDATE_README=1 npx vitest run … test/readme/reach.test.ts`. */
it('the README has what is reckoned from the figures that are published now', () => {
  const lines = reachLines(reckoned(readFigures()));
  const { text } = blockWith('', 'A first fill, of five years');
  if (process.env['UPDATE_README'] === '1') {
    writeFileSync(README, readFileSync(README, 'utf8').replace(text, lines.join('\n')));
  }
  expect(text.split('\n')).toEqual(lines);
  expect(lines.filter((line) => line.length > 124)).toEqual([]);
});
