import type { Series } from '../core/bars/bars.ts';
import type { BarStreams } from './bar-streams.ts';
import { barBatches } from './bar-batches.ts';
import { assertArguments } from './option-names.ts';
import type { Parts } from './parts.ts';
import { replayOf } from './replay.ts';
import type { Replay, ReplayOptions, ReplayRowOptions } from './replay-batch.ts';

/** The methods of a history that give bars as they are read: each batch is a call. */
export function streamsOf({ store, capabilities, clock, engine }: Parts): BarStreams {
  const tools = { store, capabilities, clock, call: engine.call.bind(engine) };
  return {
    batches: (series, options = {}) => {
      assertArguments('batches', [series, options]);
      return barBatches(tools, series, options);
    },
    replay: (series: Series | readonly Series[], options?: ReplayOptions | ReplayRowOptions) => {
      assertArguments('replay', [series, options]);
      return replayOf(tools, series, options ?? {}) as Replay<never>;
    },
  };
}
