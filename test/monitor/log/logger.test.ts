import { describe, expect, it } from 'vitest';
import { type Level } from '../../../src/monitor/log/events.ts';
import { openLogger } from '../../../src/monitor/log/logger.ts';
import { prettyLine } from '../../../src/monitor/log/pretty.ts';

async function linesAt(level: Level): Promise<string[]> {
  const lines: string[] = [];
  const log = await openLogger((line) => void lines.push(line), level);
  log('backfill.task_started', { run: 'R' }, { task: 'ALFA 1d', requests: 1 });
  log('backfill.fetching', { run: 'R', provider: 'sample' }, { workers: 2 });
  log('backfill.stopped', {}, { reason: 'interrupted', error: 'a "line"\nbreak' });
  log('backfill.failed', { run: undefined }, { error: 'no', stack: undefined });
  return lines;
}

describe('lines of a log', () => {
  it('are JSON, each by itself, with a time of the wall’s clock in UTC', async () => {
    const before = Date.now();
    const lines = await linesAt('debug');
    expect(lines.every((line) => /^[^\n]+\n$/.test(line))).toBe(true);
    const [first, second, third, fourth] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toEqual({
      ...{ level: 'debug', time: expect.stringMatching(/^\d{4}-.*T.*\.\d{3}Z$/) as string, pid: process.pid },
      ...{ event: 'backfill.task_started', run: 'R', task: 'ALFA 1d', requests: 1 },
    });
    expect(Date.parse(String(first?.['time']))).toBeGreaterThanOrEqual(before);
    expect(second).toMatchObject({ level: 'info', provider: 'sample', workers: 2 });
    expect(third).toMatchObject({ level: 'warn', error: 'a "line"\nbreak' });
    expect(Object.keys(fourth ?? {})).toEqual(['level', 'time', 'pid', 'event', 'error']);
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
  ] as const)('from %s on are %s', async (level, count) => {
    expect(await linesAt(level)).toHaveLength(count);
  });

  it('read well where a person does, and say nothing to the terminal', () => {
    const time = new Date(2026, 2, 2, 4, 5, 6, 7).toISOString();
    const about = { time, level: 'info', pid: 1, event: 'backfill.symbol_error' };
    expect(
      prettyLine(JSON.stringify({ ...about, symbol: 'BRK-B', error: 'no answer', before: ['a', 'b'] })),
    ).toBe('04:05:06.007 info  symbol_error symbol=BRK-B error="no answer" before=a,b\n');
    const hostile = prettyLine(JSON.stringify({ ...about, error: '\u001B[2J\nok\u009B2J\u007F' }));
    expect(hostile).toBe('04:05:06.007 info  symbol_error error="\\u001b[2J\\nok\\u009b2J\\u007f"\n');
  });
});
