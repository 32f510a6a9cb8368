import { calendarById } from '../../../core/calendar/calendars.ts';
import type { MarketRequest, ProviderConfig } from '../../provider.ts';
import { polygonCapabilities } from '../capabilities.ts';
import { flatAfterMs } from '../settings.ts';
import type { ShareOf } from '../symbols.ts';
import type { Told } from '../told.ts';
import { type FlatTold, type StepsOf, besideFiles, flatSteps } from './steps.ts';

/** Files for sessions of whole markets that are old enough, and the API for all else: each session is of one of the two. */
export function hybridSteps(
  rest: StepsOf<Told>,
  shareOf: ShareOf,
  config: ProviderConfig,
): StepsOf<FlatTold> {
  const { past: _past, ...flat } = flatSteps(rest, shareOf, config);
  const ofApi = besideFiles(rest.market);
  const sourceFor = (asked: MarketRequest) => (isOfFiles(asked, config) ? flat.market : ofApi);
  return {
    ...flat,
    ...besideFiles(rest),
    capabilities: polygonCapabilities(config),
    market: {
      ...flat.market,
      request: (asked, told, secrets) => sourceFor(asked).request(asked, told, secrets),
      parse: (answer, asked, told) => sourceFor(asked).parse(answer, asked, told),
      end: (asked, told) => sourceFor(asked).end(asked, told),
    },
  };
}

/** The API has no minutes of whole markets. */
function isOfFiles({ interval, session, now }: MarketRequest, config: ProviderConfig): boolean {
  return interval !== '1d' || session <= calendarById('XNYS').lastSettled(now, flatAfterMs(config));
}
