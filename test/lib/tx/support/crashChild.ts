/** Plays a scenario that it is sent, and is killed where it is told to be: as with kill -9, nothing is tidied up. */
import { play, type ScenarioName } from "./scenarios.ts";

export interface Part {
  scenario: ScenarioName;
  /** As "before: sign", and the how-manieth time. */
  boundary: string;
  occurrence: number;
  url: string;
  path: string;
  privateKey: string;
  nowMs: number;
}

process.once("message", ({ scenario, boundary, occurrence, ...stage }: Part) => {
  let seen = 0;
  const onBoundary = (each: string) => {
    if (each === boundary && ++seen === occurrence) process.kill(process.pid, "SIGKILL");
  };
  play(scenario, { ...stage, onBoundary }).then(
    () => process.disconnect(),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.("ready");
