/** Places that are due at one time, ascending. */
export interface Due {
  readonly time: number;
  readonly places: readonly number[];
}

/**
 * Which of many places are due next, by a time each. Those of one time are kept together, so that it costs nothing to find the
 * next of many that go side by side: a heap orders the times that there are, not the places.
 */
export class TimeQueue {
  readonly #due = new Map<number, number[]>();
  /** A binary heap of the times. */
  readonly #times: number[] = [];
  /** To which a place was added last: the next one mostly goes there too. */
  #latest: Due & { readonly places: number[] } = { time: Number.NaN, places: [] };

  /** Adds a place that is not in it. */
  add(place: number, time: number): void {
    if (this.#latest.time !== time) this.#latest = { time, places: this.#placesAt(time) };
    this.#latest.places.push(place);
  }

  /** Takes those out that are due next; undefined: none is. */
  take(): Due | undefined {
    const [time] = this.#times;
    if (time === undefined) return undefined;
    const places = this.#due.get(time) ?? [];
    this.#due.delete(time);
    this.#dropFirst();
    if (this.#latest.time === time) this.#latest = { time: Number.NaN, places: [] };
    const isOrdered = places.every((place, i) => i === 0 || (places[i - 1] as number) < place);
    return { time, places: isOrdered ? places : places.toSorted((a, b) => a - b) };
  }

  #placesAt(time: number): number[] {
    const known = this.#due.get(time);
    if (known !== undefined) return known;
    const places: number[] = [];
    this.#due.set(time, places);
    this.#raise(time);
    return places;
  }

  /** Adds a time that is not in the heap. */
  #raise(time: number): void {
    const times = this.#times;
    let at = times.push(time) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((times[parent] as number) < time) break;
      times[at] = times[parent] as number;
      at = parent;
    }
    times[at] = time;
  }

  #dropFirst(): void {
    const times = this.#times;
    const last = times.pop() as number;
    if (times.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= times.length) break;
      if (child + 1 < times.length && (times[child + 1] as number) < (times[child] as number)) child++;
      if ((times[child] as number) > last) break;
      times[at] = times[child] as number;
      at = child;
    }
    times[at] = last;
  }
}
