import { openStore } from '../store/open.ts';
import { canonical } from './check-request.ts';
import { recordedBars } from './live-bar.ts';
import { Recorder } from './recorder.ts';
import type { Recording } from './recording.ts';

/** `store`: its URL. `clock`: ms since the epoch. */
export function recordingOf(store: string, clock: () => number): Recording {
  let recorder: Recorder | undefined;
  let last = Number.NEGATIVE_INFINITY;
  return {
    record: async (series, bars) => {
      // A clock that is set back makes no earlier emission of a later one.
      last = Math.max(last, clock());
      const recorded = recordedBars(canonical(series), bars, last);
      // Under no lease, so that whoever loses one does not stop it.
      recorder ??= new Recorder(openStore(store).liveRecord);
      await recorder.keep(recorded);
    },
  };
}
