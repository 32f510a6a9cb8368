import { describe, expect, it } from 'vitest';
import { type Command, type Measured, measure } from '../../bench/harness/measure.ts';

function node(script: string, more: Partial<Command> = {}): Promise<Measured> {
  return measure({ program: process.execPath, args: ['--input-type=module', '-e', script], ...more });
}

/** Burns so much CPU time of its own. */
const burn = (ms: number): string =>
  `const cost = () => { const { user, system } = process.cpuUsage(); return user + system; };
   for (const start = cost(); cost() - start < ${ms * 1000}; );`;

/** Takes so many MB, and keeps them until those who watch have looked. */
const hold = (mb: number): string =>
  `const held = Buffer.alloc(${mb} * 2 ** 20, 1); await new Promise((done) => setTimeout(done, 400)); held.at(0);`;

/** Runs a script in a process below, and waits for it. */
const below = (script: string): string =>
  `import { execFileSync } from 'node:child_process';
   execFileSync(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(script)}]);`;

const MB = 2 ** 20;

describe('a measured process', () => {
  it('says what it said', async () => {
    const { stdout, stderr } = await node(`console.log('out'); console.error('err');`);
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
  });

  it('is counted with the CPU of the processes that it started', async () => {
    const bare = await node('');
    const burnt = await node(below(burn(600)));
    expect(burnt.cpuMs - bare.cpuMs).toBeGreaterThan(550);
    expect(bare.cpuMs).toBeGreaterThan(0);
  });

  it('is counted with the memory of the processes that run beside it', async () => {
    const alone = await node(hold(100));
    const both = await node(
      `import { spawn } from 'node:child_process';
       spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(hold(100))}]);
       ${hold(100)}`,
    );
    expect(alone.peakBytes).toBeGreaterThan(100 * MB);
    expect(alone.peakBytes).toBeLessThan(200 * MB);
    expect(both.peakBytes).toBeGreaterThan(220 * MB);
  });

  it('that fails is an error with its code and what it said', async () => {
    await expect(node(`console.error('no luck'); process.exit(3);`)).rejects.toThrow(/ended with 3: no luck/);
  });

  it('may end with another code where that is a success', async () => {
    await expect(node('process.exit(1)', { codes: [0, 1] })).resolves.toHaveProperty('stdout', '');
  });

  it('gets no settings of ours from the environment', async () => {
    process.env['BACKFILL_STORE'] = '/nowhere';
    const { stdout } = await node('console.log(process.env.BACKFILL_STORE)');
    delete process.env['BACKFILL_STORE'];
    expect(stdout).toBe('undefined\n');
  });
});
