import { ANSWERS, answersOf } from './answers.ts';
import { type Check, checkOn } from './check.ts';
import { APART, LISTS, MARKETS } from './forms.ts';
import { edgesOf, forbiddenOf } from './edges.ts';
import { keysOf } from './keys.ts';
import { networkOf } from './network.ts';
import type { ProviderSubject } from './subject.ts';
import { weeksOf } from './weeks.ts';

/** What every provider has to do, wherever its bars come from. */
export function providerChecks(subject: ProviderSubject): readonly Check[] {
  const { at, intervals, isList = false, isMarket = false, isApart = false } = subject;
  const { secrets, forbidden } = subject;
  const checks = [
    ...ANSWERS,
    ...intervals.flatMap(answersOf),
    ...intervals.flatMap(weeksOf),
    ...(isList ? LISTS : []),
    ...(isMarket ? MARKETS : []),
    ...(isApart ? APART : []),
    ...(at === undefined ? [] : [...edgesOf(at), ...networkOf({ ...subject, at })]),
    ...(forbidden === undefined ? [] : forbiddenOf(forbidden)),
    ...(at === undefined || secrets === undefined ? [] : keysOf(subject, at, secrets)),
  ];
  return checks.map((check) => checkOn(subject, check));
}
