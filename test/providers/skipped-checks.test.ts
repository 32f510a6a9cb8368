import { describe, expect, it } from 'vitest';
import { checkOn, skipped } from '../../src/testing/check.ts';
import { providerChecks } from '../../src/testing/contract.ts';
import type { ProviderSubject } from '../../src/testing/subject.ts';
import { inProcess } from './subjects.ts';

/** The sample market as of a provider that has nothing that is split. */
const withoutActions: ProviderSubject = {
  ...inProcess,
  open: async (...asked) => {
    const one = await inProcess.open(...asked);
    const { provider } = one;
    const capabilities = { ...provider.capabilities, actions: false };
    return { ...one, provider: { ...provider, capabilities } };
  },
};

describe('a check that does not apply', () => {
  it('is skipped with its reason, and no success', async () => {
    const told: string[] = [];
    const context = { skip: (reason: string) => void told.push(reason) };
    const { run } = checkOn(inProcess, { name: 'x', run: async () => skipped('there is none') });
    expect([await run(context), told]).toEqual(['there is none', ['there is none']]);
    expect(await run()).toBe('there is none');
  });

  it('is one of splits and dividends, of what has none', async () => {
    const about = /^1d: gives what was traded over a (split|dividend)|^tells no split of the future/;
    const checks = providerChecks(withoutActions).filter(({ name }) => about.test(name));
    expect(await Promise.all(checks.map(({ run }) => run()))).toEqual([
      'what it has is never split',
      'what it has is never split and pays no dividends',
      'what it has is never split and pays no dividends',
    ]);
  });

  it('is none of what holds, nor of what fails', async () => {
    const failing = checkOn(inProcess, { name: 'x', run: () => Promise.reject(new Error('wrong')) });
    await expect(failing.run()).rejects.toThrow('wrong');
    expect(await checkOn(inProcess, { name: 'x', run: async () => {} }).run()).toBeUndefined();
  });
});
