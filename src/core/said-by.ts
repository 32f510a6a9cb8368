// Providers name themselves in what they say of their answers, in their own spelling: `Alpha Vantage answered 503 for IBM`.

/** `polygon: no route to the host`; words that begin with the provider's own name stay as they are. */
export function saidBy(provider: string, message: string): string {
  return behindName(provider, message) === undefined ? `${provider}: ${message}` : message;
}

/** The same for a line that has named the provider: `it answered 401`, `its answer cannot be read`. */
export function saidByIt(provider: string, message: string): string {
  const rest = behindName(provider, message);
  if (rest === undefined) return message;
  return rest.startsWith(' ') ? `it${rest}` : `its${rest.slice("'s".length)}`;
}

/** What stands behind the provider's name, from a blank or `'s` on; undefined where words do not begin with it. */
function behindName(provider: string, message: string): string | undefined {
  const letters = Array.from(provider, (letter) => letter.replaceAll(/[^a-z0-9]/gi, '\\$&'));
  return new RegExp(`^${letters.join(' ?')}(?<rest>(?: |'s ).+)$`, 'is').exec(message)?.groups?.['rest'];
}
