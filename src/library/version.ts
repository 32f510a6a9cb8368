import { existsSync, readFileSync } from 'node:fs';

/** The version in the package's own `package.json`, which lies two folders up from the source and three from the build. */
export function programVersion(): string {
  const places = ['../../package.json', '../../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const file = places.find((place) => existsSync(place));
  const { version } = JSON.parse(file === undefined ? '{}' : readFileSync(file, 'utf8')) as {
    version?: string;
  };
  return version ?? 'unknown';
}
