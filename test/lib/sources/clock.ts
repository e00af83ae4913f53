/** A clock that moves only when told to. */
export function stoppedClock() {
  let time = 1_000_000;
  return {
    now: () => time,
    pass: (ms: number) => {
      time += ms;
    },
  };
}
