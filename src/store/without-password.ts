/** A URL with what stands where a password does left out, however the rest of it is written. */
export function withoutPassword(url: string): string {
  return url
    .replace(/^([^:/?#]+:\/\/[^/?#]*?):[^/?#]*@/, '$1@')
    .replaceAll(/([?&][^=&]*passw[^=&]*=)[^&]*/gi, '$1…');
}
