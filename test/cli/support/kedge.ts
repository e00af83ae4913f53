import { run } from "../../../scripts/cli/run.ts";

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a command line in this process, as `kedge` does: what it prints and its code. Nobody is there to be asked.
 *
 * @param environment variables that are set while it runs; those that begin with KEDGE_ and are not named are not set
 */
export async function kedge(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const before = { ...process.env };
  const { exitCode } = process;
  const outcome: Outcome = { code: null, stdout: "", stderr: "" };
  const undo = [
    heard(process.stdout, (text) => (outcome.stdout += text)),
    heard(process.stderr, (text) => (outcome.stderr += text)),
    alone(),
  ];
  for (const name of Object.keys(before)) if (name.startsWith("KEDGE_")) delete process.env[name];
  Object.assign(process.env, environment);
  try {
    outcome.code = await run(args);
  } finally {
    for (const each of undo) each();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    process.exitCode = exitCode;
  }
  return outcome;
}

function heard(stream: NodeJS.WriteStream, hear: (text: string) => void): () => void {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array) => {
    hear(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  return () => void (stream.write = write);
}

function alone(): () => void {
  const { isTTY } = process.stdin;
  process.stdin.isTTY = false;
  return () => void (process.stdin.isTTY = isTTY);
}
