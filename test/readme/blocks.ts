import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** A fenced block of the README. */
export interface Block {
  /** What stands behind the fence: `sh`, `sql` …; empty for a block without a language. */
  readonly language: string;
  /** Number of the line after the fence. */
  readonly line: number;
  readonly text: string;
}

export const BLOCKS: readonly Block[] = blocksOf(README);

/** The blocks of a Markdown text. Throws for one that does not end. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^\s*```(\S*)\s*$/.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.findIndex((line, i) => i > at && /^\s*```\s*$/.test(line));
    if (end < 0) throw new Error(`the block that begins on line ${at + 1} does not end`);
    blocks.push({ language: fence[1] ?? '', line: at + 2, text: lines.slice(at + 1, end).join('\n') });
    at = end;
  }
  return blocks;
}

/** The one block of a language that has a text in it. Throws if there is none, or another. */
export function blockWith(language: string, text: string): Block {
  const [block, ...others] = BLOCKS.filter((each) => each.language === language && each.text.includes(text));
  if (block === undefined || others.length > 0)
    throw new Error(`${others.length + (block ? 1 : 0)} blocks of ${language} have "${text}"`);
  return block;
}
