/** What a caller gives to be told with. */
const LISTENERS = ['onEvent', 'onDamage', 'onProgress'] as const;

/**
 * The functions that a call tells things. One that is async cannot throw, it rejects: that ends its call as a throw would, at the
 * next thing that is told or at the end, and nobody else.
 */
export class Listening {
  #failure: { readonly error: unknown } | undefined;

  /** The arguments of a call, with functions that see to that. */
  in<T>(given: T): T {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
    const heard = LISTENERS.flatMap((name) => {
      const listener = (given as Partial<Record<string, unknown>>)[name];
      return typeof listener === 'function' ? [[name, this.#heard(listener as Listener)] as const] : [];
    });
    return heard.length === 0 ? given : { ...given, ...Object.fromEntries(heard) };
  }

  /** Throws what one of them rejected with so far. */
  assertHeard(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #heard(listener: Listener): Listener {
    return (told) => {
      this.assertHeard();
      const answer = listener(told);
      if (typeof answer === 'object' && answer !== null)
        void Promise.resolve(answer).catch((error: unknown) => (this.#failure ??= { error }));
    };
  }
}

type Listener = (told: never) => unknown;
