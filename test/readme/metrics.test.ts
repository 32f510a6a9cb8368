import { describe, expect, it } from 'vitest';
import { DECLARED, type Declared } from '../../src/monitor/metrics/declared.ts';
import { README } from './blocks.ts';

describe('the table of metrics', () => {
  const [, table = ''] = /\n(\| metric .*?)\n\n/s.exec(README) ?? [];
  const [, , ...lines] = table.split('\n');
  const rows = lines
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));

  it('has each that is exported, with its kind and its labels, and no other', () => {
    const told = rows.map(([name = '', kind, labels = '']) => ({
      name: name.replaceAll('`', ''),
      kind,
      labels: labels.match(/\w+/g) ?? [],
    }));
    const exported = Object.values<Declared>(DECLARED).map(({ name, kind, labels, isOfSeries = false }) => ({
      ...{ name, kind },
      labels: [...labels, ...(isOfSeries ? ['node_id', 'interval'] : [])],
    }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(told.toSorted(byName)).toEqual(exported.toSorted(byName));
  });

  it('says of each what it means', () => {
    expect(rows.filter(([, , , meaning = '']) => meaning.length < 5)).toEqual([]);
  });
});
