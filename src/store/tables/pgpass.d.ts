declare module 'pgpass' {
  /** Looks a password up in the file of passwords; undefined for none, or where the file is not to be trusted. */
  function find(
    whose: { host: string; port: number; database: string; user: string },
    found: (password: string | undefined) => void,
  ): void;
  namespace find {
    /** Where it says why a file is not to be trusted. Default: stderr. Gives what it was. */
    function warnTo(stream: NodeJS.WritableStream): NodeJS.WritableStream;
  }
  export default find;
}
