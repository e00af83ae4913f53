/**
 * A text that must not be seen: a key, a password, an address with a token in it. Whoever prints, joins, logs or
 * serialises it gets a placeholder; only `reveal` gives the text, and is easy to search for.
 */
import { inspect } from "node:util";

const HIDDEN = "[secret]";

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one place that uses it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
