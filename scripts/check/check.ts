/** What every check is given. */
export interface CheckContext {
  /** The project's root. */
  root: string;
  /** Tells what was looked at, for `--verbose`. */
  note: (line: string) => void;
}

/** A check returns what is wrong, one line each; nothing wrong, no line. */
export type Check = (context: CheckContext) => string[] | Promise<string[]>;
