/** The result, or undefined where there is no such file or folder. */
export async function orAbsent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The system's name of an I/O error, such as `ENOSPC`; undefined for any other value. */
export function errno(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return String(error.code);
}

/** The result, or an I/O error that says which file it is of: of a read the system does not. */
export async function naming<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (errno(error) === undefined || !(error instanceof Error) || 'path' in error) throw error;
    const message = `${error.message} '${path}'`;
    throw Object.assign(error, { message, path });
  }
}
