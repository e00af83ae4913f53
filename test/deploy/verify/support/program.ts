import { spawn } from "node:child_process";

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/// Runs the program with those secrets and no others: not those of whoever runs the tests, nor of a keystore, at which Hardhat
/// does not look in CI.
export function runVerify(options: string[], secrets: Record<string, string> = {}): Promise<Outcome> {
  const { PATH } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/deploy/verify/main.ts", ...options], {
    env: { PATH, CI: "true", ...secrets },
  });
  const outcome: Outcome = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (outcome.stdout += chunk));
  child.stderr.on("data", (chunk) => (outcome.stderr += chunk));
  return new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code })));
}
