import { env } from 'node:process';
import { BackfillError } from '../core/errors.ts';
import type { Capabilities, Secrets } from '../providers/provider.ts';
import type { HistoryOptions } from './history.ts';

type Asked = Pick<Capabilities, 'id' | 'credentials' | 'otherVariables'>;

/** The variable of the environment in which a key is, be it under another program's name for it; undefined: in none. */
export function variableWith(variable: string, { otherVariables = {} }: Asked): string | undefined {
  return [variable, ...(otherVariables[variable] ?? [])].find((name) => env[name]);
}

/** The keys that are there of those that a provider asks for, in its order. */
export function givenSecrets({ secrets }: HistoryOptions, asked: Asked): Secrets {
  const found = Object.entries(asked.credentials ?? {}).map(([name, variable]) => [
    name,
    secrets === undefined ? env[variableWith(variable, asked) ?? ''] : secrets[name],
  ]);
  return Object.fromEntries(found.filter(([, secret]) => secret));
}

/** All keys that a provider asks for. Throws `usage`, naming the variable of the first that is not there. */
export function secretsOf(options: HistoryOptions, capabilities: Asked): Secrets {
  const { id, credentials = {} } = capabilities;
  const secrets = givenSecrets(options, capabilities);
  for (const [name, variable] of Object.entries(credentials))
    if (secrets[name] === undefined)
      throw new BackfillError(
        'usage',
        `provider "${id}" needs its ${name}; set ${variable}, which .env may do`,
      );
  return secrets;
}
