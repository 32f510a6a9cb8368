import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundled } from '../bundled.ts';

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [fileURLToPath(bundled('bench/bench.ts')), ...args], {
    encoding: 'utf8',
  });
}

describe('the bench', () => {
  it('lists its questions, and says which are asked by name only', () => {
    const { status, stdout } = bench('--help');
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    const names = lines.map((line) => line.split(' ')[0]);
    expect(names.slice(0, 6)).toEqual(['workers', 'peers', 'formats', 'limits', 'scale', 'top-up']);
    const byName = lines.filter((line) => line.endsWith('(by name only)')).map((line) => line.split(' ')[0]);
    expect(byName).toEqual([
      ...['scale-100000', 'scale-csv', 'scale-history', 'grouped', 'flat', 'readers', 'coverage-page'],
      ...['postgres', 'bucket', 'copy', 'reach', 'machines'],
    ]);
  });

  it('asks nothing where a name is none of them', () => {
    const { status, stderr } = bench('peers', 'speed');
    expect(status).toBe(2);
    expect(stderr).toBe('no such question: speed\n');
  });
});
