import { afterEach, describe } from 'vitest';
import { stopAll } from '../simulator/running.ts';
import { describeAnswers } from './contract/answers.ts';
import { describeNetwork } from './contract/network.ts';
import { type ProviderSubject, removeFiles } from './contract/subject.ts';

/** What every provider has to do, wherever its bars come from. */
export function describeProvider(name: string, subject: ProviderSubject): void {
  describe(`provider contract: ${name}`, () => {
    afterEach(async () => {
      await stopAll();
      await removeFiles();
    });
    describeAnswers(subject);
    const { at } = subject;
    if (at !== undefined) describeNetwork({ ...subject, at });
  });
}
