// Gives all bars of a store in one of the ways of the library, once, as a strategy would take them: it sums the closes, so that
// each bar is looked at. Prints what that took as one line of JSON, and how large the process grew.
//
// usage: replay.mjs STORE replay|close|rows|batches
import { openHistory } from '../../dist/src/index.js';

const [store, way] = process.argv.slice(2);
const history = openHistory({ store });
const { series: known } = await history.scan();
const series = [...known.values()].map((state) => state.series);

const closesOf = async (batches) => {
  let [bars, sum] = [0, 0];
  for await (const { rows, close } of batches) {
    for (let i = 0; i < rows; i++) sum += close[i];
    bars += rows;
  }
  return [bars, sum];
};
const ways = {
  replay: () => closesOf(history.replay(series)),
  close: () => closesOf(history.replay(series, { columns: ['close'] })),
  rows: async () => {
    let [bars, sum] = [0, 0];
    for await (const { close } of history.replay(series, { rows: true })) {
      sum += close;
      bars++;
    }
    return [bars, sum];
  },
  batches: () => closesOf(history.batches(series)),
};

const [started, cpu] = [performance.now(), process.cpuUsage()];
const [bars, sum] = await ways[way]();
const wallMs = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, bars, sum, peakBytes }));
await history.close();
