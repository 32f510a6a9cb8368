import { env } from 'node:process';
import { BackfillError } from '../core/errors.ts';
import type { Capabilities, Secrets } from '../providers/provider.ts';
import { capabilitiesOf } from '../providers/registry.ts';
import { providersOf } from './chain-options.ts';
import type { HistoryOptions } from './history.ts';

type Asked = Pick<Capabilities, 'id' | 'credentials' | 'otherVariables'>;

/** The variable of the environment in which a key is, be it under another program's name for it; undefined: in none. */
export function variableWith(variable: string, { otherVariables = {} }: Asked): string | undefined {
  return [variable, ...(otherVariables[variable] ?? [])].find((name) => env[name]);
}

/** The keys that are there of those that a provider asks for, in its order; of the environment without blanks around them. */
export function givenSecrets({ secrets }: HistoryOptions, asked: Asked): Secrets {
  const found = Object.entries(asked.credentials ?? {}).map(([name, variable]) => [
    name,
    secrets === undefined ? env[variableWith(variable, asked) ?? '']?.trim() : secrets[name],
  ]);
  return Object.fromEntries(found.filter(([, secret]) => secret));
}

/**
 * What the quota of given keys counts by: those that the provider asks for whatever its settings say. Keys of files beside its
 * API are no other account, which would have a quota of its own. Empty: there is none.
 */
export function quotaKey(
  secrets: Secrets,
  {
    credentials = {},
    credentialsOfSettings = {},
  }: Pick<Capabilities, 'credentials' | 'credentialsOfSettings'>,
): string {
  const besides = new Set(Object.values(credentialsOfSettings).flat());
  const own = Object.entries(credentials).filter(([, variable]) => !besides.has(variable));
  return own.flatMap(([name]) => secrets[name] ?? []).join('\n');
}

/** Characters that the value of a header of HTTP may not have: RFC 9110, section 5.5, and what is beyond ASCII. */
const UNSENDABLE = /[^\u{20}-\u{7e}]/u;

/**
 * All keys that a provider asks for. Throws `usage`, naming the variables of those that are not there, or of the first that no
 * request can carry; never the key.
 */
export function secretsOf(options: HistoryOptions, capabilities: Asked): Secrets {
  const { id, credentials = {} } = capabilities;
  const secrets = givenSecrets(options, capabilities);
  const missing = Object.entries(credentials).filter(([name]) => secrets[name] === undefined);
  if (missing.length > 0) {
    const [names, variables] = [0, 1].map((at) => missing.map((one) => one[at]).join(' and '));
    throw new BackfillError(
      'usage',
      `provider "${id}" needs its ${names}; set ${variables}, which .env may do`,
    );
  }
  for (const [name, variable] of Object.entries(credentials)) {
    const { [name]: secret = '' } = secrets;
    const at = secret.search(UNSENDABLE);
    if (at !== -1) {
      const where = options.secrets === undefined ? variableWith(variable, capabilities) : name;
      const what = `character ${at + 1} of ${secret.length} is ${nameOf(secret.codePointAt(at) ?? 0)}`;
      throw new BackfillError('usage', `${where}: no request can carry this key, ${what}; write it anew`);
    }
  }
  return secrets;
}

/** Asserts that all keys are there that the providers of a history ask for. Throws as `secretsOf` does. */
export function assertKeys(options: HistoryOptions): void {
  for (const config of providersOf(options)) secretsOf(options, capabilitiesOf(config));
}

/** A character without showing it, for it is of a key. */
function nameOf(code: number): string {
  if (code === 10 || code === 13) return 'a line break';
  return code > 0x7e ? 'not of ASCII' : 'a control character';
}
