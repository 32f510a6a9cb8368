import { ANSWERS, answersOf } from './answers.ts';
import { type Check, checkOn } from './check.ts';
import { APART, LISTS, MARKETS } from './forms.ts';
import { keysOf } from './keys.ts';
import { networkOf } from './network.ts';
import type { ProviderSubject } from './subject.ts';

/** What every provider has to do, wherever its bars come from. */
export function providerChecks(subject: ProviderSubject): readonly Check[] {
  const { at, intervals, isList = false, isMarket = false, isApart = false, secrets } = subject;
  const checks = [
    ...ANSWERS,
    ...intervals.flatMap(answersOf),
    ...(isList ? LISTS : []),
    ...(isMarket ? MARKETS : []),
    ...(isApart ? APART : []),
    ...(at === undefined ? [] : networkOf({ ...subject, at })),
    ...(at === undefined || secrets === undefined ? [] : keysOf(subject, at, secrets)),
  ];
  return checks.map((check) => checkOn(subject, check));
}
