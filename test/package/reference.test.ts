import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './checkout.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-reference-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the reference', () => {
  it('is made of the docstrings: every exported name has one, and no link in them is broken', async () => {
    const args = ['run', '--silent', 'docs', '--', '--out', folder, '--logLevel', 'Warn'];
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
    expect(stderr + stdout).toBe('');
    expect(status).toBe(0);

    const modules = (await readdir(join(folder, 'modules'))).toSorted();
    const named = ['arrow', 'index', 'provider', 'qmtl', 'testing'];
    expect(modules).toEqual(named.map((name) => `${name}.html`));
    const page = await readFile(join(folder, 'functions', 'index.openHistory.html'), 'utf8');
    expect(page).toContain('HistoryOptions');
  });
});
