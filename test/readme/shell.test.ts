import { describe, expect, it } from 'vitest';
import { blocksOf } from './blocks.ts';
import { commandLinesOf } from './shell.ts';

const linesOf = (text: string): unknown[] => commandLinesOf({ language: 'sh', line: 10, text });

describe('the blocks of a Markdown text', () => {
  it('have a language and the line that they begin on', () => {
    expect(blocksOf('# Title\n\n```sh\na\nb\n```\n\n```\nshown\n```\n')).toEqual([
      { language: 'sh', line: 4, text: 'a\nb' },
      { language: '', line: 9, text: 'shown' },
    ]);
  });

  it('end', () => {
    expect(() => blocksOf('text\n```sh\na\n')).toThrow('line 2 does not end');
  });
});

describe('the command lines of a block', () => {
  it('are those that are no comments', () => {
    expect(linesOf('# why\nbackfill AAPL   # what\n\ncheck-data')).toEqual([
      { line: 11, text: 'backfill AAPL   # what' },
      { line: 13, text: 'check-data' },
    ]);
  });

  it('are the commands of lines for cron', () => {
    expect(linesOf('30 2 * * 1-5  cd /srv && backfill')).toEqual([{ line: 10, text: 'cd /srv && backfill' }]);
    expect(linesOf('*/5 0,12 1 * * backfill')).toEqual([{ line: 10, text: 'backfill' }]);
  });

  it('go on after a backslash, and not beyond their block', () => {
    expect(linesOf('backfill \\\n  --days 5\ncheck-data')).toEqual([
      { line: 10, text: 'backfill --days 5' },
      { line: 12, text: 'check-data' },
    ]);
    expect(() => linesOf('backfill \\')).toThrow('line 10 goes on after its block');
  });
});
