/** The part of https://github.com/holepunchto/fs-native-extensions that the lock uses; the package has no types. */
declare module 'fs-native-extensions' {
  export interface FileLocks {
    /** Locks the whole file exclusively. False if another file descriptor, here or in another process, has it. */
    tryLock(this: void, fd: number): boolean;
    unlock(this: void, fd: number): void;
  }
  const locks: FileLocks;
  export default locks;
}
