import type { MarketPiece, MarketRequest, ProviderConfig } from '../../provider.ts';
import { answerOf } from '../answer.ts';
import type { ShareOf } from '../symbols.ts';
import { byFile } from './endpoint.ts';
import type { FlatPiece } from './piece.ts';
import type { PieceTaker } from './reading.ts';

/** What a piece of the file of a market says of a session. */
export function sharesIn(
  { interval, session, now }: MarketRequest,
  piece: FlatPiece,
  shareOf: ShareOf,
  config: ProviderConfig,
): MarketPiece['parts'] {
  const asked = { interval, range: { from: session, to: session + 1 }, now };
  return piece.symbols.flatMap((symbol, i) => {
    const ticker = shareOf(symbol);
    return ticker === undefined
      ? []
      : [{ ticker, answer: byFile(answerOf(ticker, piece.rowsAt(i), asked, config), config) }];
  });
}

/** Hands each piece of a file on to who takes those of the answer; undefined where nobody does. */
export function takerOf(
  asked: MarketRequest,
  shareOf: ShareOf,
  config: ProviderConfig,
): PieceTaker | undefined {
  const { pieces } = asked;
  return (
    pieces && {
      add: (piece) => pieces.add({ parts: sharesIn(asked, piece, shareOf, config) }),
      restart: () => pieces.restart(),
    }
  );
}
