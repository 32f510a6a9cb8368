import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, measure } from '../harness/measure.ts';

/** How often a run waits for the disk, as a line for the notes; counted by `strace`, where it may trace. */
export async function syncsOf({ program, args }: Command, series: number, scratch: string): Promise<string> {
  const counts = join(scratch, 'syncs.txt');
  const traced = ['-f', '-c', '-e', 'trace=fsync,fdatasync', '-o', counts, program, ...args];
  try {
    await measure({ program: 'strace', args: traced });
  } catch (error) {
    return `SKIPPED: the syncs of a top-up: ${(error as Error).message.split('\n').at(-1) ?? ''}`;
  }
  const calls = [...(await readFile(counts, 'utf8')).matchAll(/^ *\S+ +\S+ +\d+ +(\d+).*f(?:data)?sync$/gm)];
  const syncs = calls.reduce((sum, [, count]) => sum + Number(count), 0);
  return `a top-up of ${series} series: ${syncs} syncs, ${(syncs / series).toFixed(2)} a series (strace)`;
}
