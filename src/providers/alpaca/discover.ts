import type { Category, Member } from '../../core/universe/member.ts';
import type { DiscoverRequest } from '../discovery.ts';
import type { ChainSteps } from '../http/steps.ts';
import type { ProviderConfig } from '../provider.ts';
import { assertData } from './errors.ts';
import { membersIn } from './listed.ts';
import { type AssetKind, assetsUrl, headersOf } from './request.ts';

/** By what assets a category is found. */
const KINDS: Readonly<Partial<Record<Category, AssetKind>>> = {
  us_equities: 'us_equity',
  otc: 'us_equity',
  crypto: 'crypto',
};

/** One request for each kind of assets; the state is how many have been answered. */
export function discoverSteps(config: ProviderConfig): ChainSteps<DiscoverRequest, number, Member> {
  return {
    request: (asked, answered = 0, secrets) => ({
      url: assetsUrl(config, kindsOf(asked)[answered] ?? 'us_equity'),
      headers: headersOf(secrets),
    }),
    parse: (answer, asked, answered = 0) => {
      assertData(answer);
      const kinds = kindsOf(asked);
      const parts = membersIn(answer.body, kinds[answered] ?? 'us_equity', asked.categories);
      return { parts, state: answered + 1, hasMore: answered + 1 < kinds.length };
    },
    end: () => [],
  };
}

function kindsOf({ categories }: DiscoverRequest): AssetKind[] {
  return [...new Set(categories.flatMap((category) => KINDS[category] ?? []))];
}
