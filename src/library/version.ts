import { existsSync, readFileSync } from 'node:fs';

/** Where there is no `package.json` of ours, as in a bundle of somebody's. */
export const UNKNOWN_VERSION = 'unknown';

/** The version in the package's own `package.json`, which lies two folders up from the source and three from the build. */
export function programVersion(): string {
  const places = ['../../package.json', '../../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const file = places.find((place) => existsSync(place));
  const { version } = JSON.parse(file === undefined ? '{}' : readFileSync(file, 'utf8')) as {
    version?: string;
  };
  return version ?? UNKNOWN_VERSION;
}
