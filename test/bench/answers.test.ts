import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment } from '../../bench/harness/environment.ts';
import { keep } from '../../bench/harness/keep.ts';
import type { Answer } from '../../bench/harness/question.ts';
import { spreadOf } from '../../bench/harness/spread.ts';
import { cellText, tableText } from '../../bench/harness/text.ts';

const ANSWER: Answer = {
  notes: ['as it was'],
  tables: [
    {
      title: 'Two ways',
      columns: [
        { key: 'wall', title: 'wall', unit: 'ms' },
        { key: 'peak', title: 'peak', unit: 'bytes' },
      ],
      rows: [
        { name: 'slow', cells: { wall: spreadOf([12_340, 12_000, 13_000]), peak: 150 * 2 ** 20 } },
        { name: 'quick', cells: { wall: spreadOf([50]) } },
      ],
    },
  ],
  charts: [
    {
      ...{
        name: 'ways',
        title: 'Ways & means',
        kind: 'line',
        xTitle: 'series',
        unit: 'ms',
        logarithmic: true,
      },
      x: ['100', '1,000'],
      series: [
        { name: 'slow', values: [1000, 12_340] },
        { name: 'quick', values: [50, null] },
      ],
    },
  ],
};

describe('an answer', () => {
  it('is a table of medians with the least and the most, and a dash where nothing was measured', () => {
    expect(tableText(ANSWER.tables[0]!).map((line) => line.trimEnd())).toEqual([
      'Two ways',
      '                     wall    peak',
      'slow   12.3 s (12.0–13.0)  150 MB',
      'quick             50.0 ms       –',
    ]);
  });

  it('shows each unit as it is read', () => {
    expect(cellText(1.284, 'times')).toBe('1.28×');
    expect(cellText(spreadOf([0.987, 0.5]), 'percent')).toBe('74 % (50–99)');
    expect(cellText(999, 'ms')).toBe('999 ms');
    expect(cellText(spreadOf([900, 1100, 1300]), 'ms')).toBe('1.10 s (0.90–1.30)');
    expect(cellText(611_520, 'count')).toBe('611,520');
    expect(cellText(spreadOf([0, 1]), 'count')).toBe('0.5 (0–1)');
    expect(cellText('quota', 'text')).toBe('quota');
  });

  it('is kept as JSON with where it was measured, and each chart as SVG', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-answer-'));
    const where = { ...environment(new Date('2026-11-27T12:00:00Z')), quick: true };
    const files = await keep(join(folder, 'new'), 'ways', where, ANSWER);
    expect(files.map((file) => basename(file))).toEqual(['ways.json', 'ways-ways.svg']);
    const [json = '', svg = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    expect(JSON.parse(json)).toEqual({ question: 'ways', environment: where, ...ANSWER });
    expect(where).toMatchObject({ date: '2026-11-27T12:00:00.000Z', node: process.version });
    expect(where.packages['hyparquet']).toMatch(/^\d+\.\d+/);
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('Ways &amp; means');
    expect(svg).toContain('1,000');
    await rm(folder, { recursive: true });
  });
});
