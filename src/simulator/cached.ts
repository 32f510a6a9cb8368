import type { SimulatedServer } from './distortion.ts';
import type { WireResponse } from './wire.ts';

/**
 * A server that renders an answer when it is first asked for and gives the same again from then on, as it was: clock,
 * last price and bars of that time. Every answer stays in memory. For one market.
 */
export function cached(server: SimulatedServer): SimulatedServer {
  const rendered = new Map<string, WireResponse>();
  return {
    ...server,
    answer: (request, market, now) => {
      const key = server.answerKey(request);
      let answer = rendered.get(key);
      if (answer === undefined) rendered.set(key, (answer = server.answer(request, market, now)));
      return answer;
    },
  };
}
