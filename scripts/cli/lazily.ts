/// An action whose module, and all that this needs, is loaded when it is called: help is there at once.
export function lazily<Arguments extends unknown[]>(
  load: () => Promise<(...args: Arguments) => unknown>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    await (
      await load()
    )(...args);
  };
}
