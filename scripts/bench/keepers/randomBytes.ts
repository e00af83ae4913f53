/// Bytes that look random and are always the same: xorshift32, of which nothing more is wanted than that keys differ.
export class RandomBytes {
  #state: number;

  constructor(seed: number) {
    this.#state = seed || 1;
  }

  bytes(length: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(length / 4));
    let state = this.#state;
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    this.#state = state;
    return new Uint8Array(words.buffer, 0, length);
  }
}
