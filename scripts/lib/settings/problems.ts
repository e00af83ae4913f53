import { KedgeError, type ConfigurationError } from "../errors.ts";

/** Everything that is wrong with the settings, told at once. */
export class InvalidSettings extends KedgeError {
  readonly kind = "configuration";
  readonly problems: readonly ConfigurationError[];

  constructor(problems: readonly ConfigurationError[]) {
    const lines = problems.map(({ message }) => `\n  ${message}`).join("");
    super(`${problems.length === 1 ? "a setting is" : `${problems.length} settings are`} wrong:${lines}`);
    this.problems = problems;
  }
}
