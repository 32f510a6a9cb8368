const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const YEAR = 365.25 * DAY;

/** `850 ms`, `45 s`, `12 min`, `8.7 h`, `36 d`, `328 y`: two figures, in the unit that is read. */
export function timeShort(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 2 * MINUTE) return `${two(ms / SECOND)} s`;
  if (ms < 2 * HOUR) return `${two(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${two(ms / HOUR)} h`;
  return ms < 2 * YEAR ? `${two(ms / DAY)} d` : `${two(ms / YEAR)} y`;
}

/** `593`, `1.3 k`, `300 k`, `3 M` */
export function countShort(count: number): string {
  if (count < 1000) return String(Math.round(count));
  return count < 999_500 ? `${two(count / 1000)} k` : `${two(count / 1e6)} M`;
}

/** `4.2 MB`, `31 GB`, `1.5 TB`, of 10⁶, 10⁹ and 10¹² bytes. */
export function bytesShort(bytes: number): string {
  if (bytes < 999.5e6) return `${two(bytes / 1e6)} MB`;
  return bytes < 999.5e9 ? `${two(bytes / 1e9)} GB` : `${two(bytes / 1e12)} TB`;
}

/** `0.13`, `1.5`, `153` USD. */
export function usdShort(usd: number): string {
  return usd < 0.01 ? '<0.01' : usd < 1 ? usd.toFixed(2) : two(usd);
}

/** Two figures at least, no point at the end. */
function two(value: number): string {
  const text = value < 9.95 ? value.toFixed(1) : String(Math.round(value));
  return text.replace(/\.0$/, '');
}
