// Loaded into a measured process: says at its end how much memory it had at most, threads included.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { BENCH_PEAK_FILE } = process.env;
  if (BENCH_PEAK_FILE !== undefined) writeFileSync(BENCH_PEAK_FILE, String(process.resourceUsage().maxRSS));
});
