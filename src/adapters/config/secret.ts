/**
 * A password that cannot be printed by accident: JSON, template strings and `console.log` show
 * `***`. Whoever needs the text must ask for it by name, which is easy to find in a review.
 */
import { inspect } from "node:util";

export const MASK = "***";

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
