/** Code of the error below, as the system's own codes are. */
export const WRONG_KIND = 'EKIND';

/** What the user can do about something that lies where something else belongs. */
export const MOVE_IT = 'backfill doctor --fix moves it to quarantine';

/** An I/O error of something that is no file or no folder, where one belongs: a pipe would be waited for for ever. */
export function wrongKind(path: string, kind: string): Error {
  const message = `it is a ${kind}`;
  return Object.assign(new Error(message), { code: WRONG_KIND, syscall: 'open', path });
}
