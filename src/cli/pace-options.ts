import { providerIds } from '../index.ts';
import type { Declarations, Texts } from './declaration.ts';
import { ownProviders } from './own-providers.ts';
import { PROFILES } from './profiles.ts';
import { parseCount, parseDuration, parsePart, parseRates, parseTimeout, wholeFrom } from './quantities.ts';

const GROUP = 'How they are fetched';

/** The providers that are asked over a network: at a URL some are that are not without. */
function overNetwork(_: string, all: Texts): readonly string[] {
  return [
    ...providerIds({ metered: true, ...(all.has('provider-url') && { url: 'http://127.0.0.1' }) }),
    ...ownProviders(all),
  ];
}

/** Options that say how fast the provider is asked, and by how many. */
export const PACE = {
  profile: {
    choices: Object.keys(PROFILES),
    group: GROUP,
    describe: 'How hard the provider is pressed, where nothing else says it',
  },
  workers: {
    value: 'N',
    default: 'auto',
    read: parseCount,
    group: GROUP,
    describe: 'Worker threads; auto: one a CPU',
  },
  concurrency: {
    value: 'N',
    default: 'auto',
    read: parseCount,
    group: GROUP,
    describe: 'Fetches in flight a worker',
  },
  'in-flight': {
    value: 'N',
    read: wholeFrom(1),
    group: GROUP,
    describe: 'Fetches in flight of all workers together, at most',
  },
  'recycle-after': {
    value: 'N',
    read: wholeFrom(1),
    group: GROUP,
    describe: 'End a worker thread after N tasks, and start another in its place',
  },
  'rate-limit': {
    value: 'RATES',
    isList: true,
    otherwise: 'what the provider declares',
    read: parseRates,
    needs: { provider: overNetwork },
    group: GROUP,
    describe: 'Requests allowed a s, min, h or day, such as 5/min,500/day, 30/h or 100/10s',
  },
  'rate-share': {
    value: 'PERCENT',
    otherwise: '100%',
    read: parsePart,
    needs: { provider: overNetwork },
    voidWith: ['rate-limit'],
    group: GROUP,
    describe: 'Part of the pace that the provider declares',
  },
  'request-delay': {
    value: 'TIME',
    otherwise: '0s',
    read: parseDuration,
    needs: { provider: overNetwork },
    group: GROUP,
    describe: 'Rest of each fetch’s place, after its answer and before the next one',
  },
  timeout: {
    value: 'TIME',
    default: '30s',
    read: parseTimeout,
    needs: { provider: overNetwork },
    group: GROUP,
    describe: 'Longest wait for one answer',
  },
} as const satisfies Declarations;
