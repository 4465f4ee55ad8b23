/** A list of numbers of one kind that grows, at their own size where an array of JavaScript's takes 8 bytes for each. */
export class GrowingList<T extends Int32Array | Float64Array | Uint8Array> {
  length = 0;
  #numbers: T;
  readonly #make: (size: number) => T;

  constructor(make: (size: number) => T) {
    this.#make = make;
    this.#numbers = make(1024);
  }

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const grown = this.#make(Math.ceil(this.length * 1.5));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.length++] = value;
  }

  /** The number at a place below `length`. */
  at(index: number): number {
    return this.#numbers[index]!;
  }

  /** The numbers pushed so far, without a copy: good until the next push. */
  view(): T {
    return this.#numbers.subarray(0, this.length) as T;
  }
}
