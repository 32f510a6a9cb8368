import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../package/checkout.ts';

/** A service of compose.yaml, of which what tests look at. */
export interface Service {
  readonly image: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  /** `null`: what the shell or .env says, and not set where they do not. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy: {
    readonly replicas?: string;
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
  readonly [other: string]: unknown;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, null>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

export const COMPOSE_TEXT = readFileSync(join(ROOT, 'compose.yaml'), 'utf8');
export const COMPOSE = parse(COMPOSE_TEXT, { merge: true }) as ComposeFile;
export const SERVICES = Object.entries(COMPOSE.services);

/** Throws where there is none of that name. */
export function service(name: string): Service {
  const found = COMPOSE.services[name];
  if (found === undefined) throw new Error(`there is no service ${name}`);
  return found;
}

/** Services that run our own image. */
export const PROGRAMS = SERVICES.filter(([, { build }]) => build !== undefined);

/** Variables without which nothing starts, set. */
export const SECRETS: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: 'of-postgres',
  REDIS_PASSWORD: 'of-redis',
  BACKFILL_TOKEN: 'of-the-dashboard',
};

/** `${NAME}`, `${NAME:-else}`, `${NAME:?complaint}`, with no other within it. */
const INNERMOST = /\$\{(\w+)(?::([-?])([^${}]*))?\}/;

/** A text as Compose fills it in. Throws where a variable is asked for that is not set. */
export function interpolated(text: string, variables: Readonly<Record<string, string>>): string {
  let filled = text.replaceAll('$$', '\0');
  for (let found = INNERMOST.exec(filled); found !== null; found = INNERMOST.exec(filled)) {
    const [whole, name = '', sign, other = ''] = found;
    const value = variables[name] ?? '';
    if (value === '' && sign === '?') throw new Error(`${name}: ${other}`);
    filled = filled.replace(whole, () => (value === '' ? other : value));
  }
  return filled.replaceAll('\0', '$');
}

/** What a program is told by the environment: our own options, by their names. Empty ones say nothing. */
export function settingsOf(
  { environment = {} }: Service,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, text]) => {
      const value = interpolated(text ?? `\${${name}}`, variables);
      const option = name
        .replace(/^BACKFILL_/, '')
        .toLowerCase()
        .replaceAll('_', '-');
      return name.startsWith('BACKFILL_') && name !== 'BACKFILL_TOKEN' && value !== ''
        ? [[option, value]]
        : [];
    }),
  );
}
