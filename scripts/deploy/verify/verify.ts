import type { Provider } from "ethers";
import { codeAt, compareRuntime } from "../bytecode.ts";
import type { DeployedContract } from "./contracts.ts";
import type { Answer } from "./explorer.ts";

/// What came of one contract. Without an explorer, `same` is the best.
export interface Verdict {
  name: string;
  address: string;
  outcome: "same" | "absent" | "differs" | Answer["outcome"];
  detail?: string;
}

/// Compares the code of each contract with what the sources here make, and where it is the same has `ask` verify it.
///
/// @throws RetryableError where the node does not answer
export async function verify(options: {
  contracts: readonly DeployedContract[];
  provider: Provider;
  ask?: (contract: DeployedContract) => Promise<Answer>;
  say: (line: string) => void;
}): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const contract of options.contracts) {
    const { name, address } = contract;
    const compared = compareTo(name, await codeAt(options.provider, address));
    const found = compared.outcome === "same" ? ((await options.ask?.(contract)) ?? compared) : compared;
    const verdict = { name, address, ...found };
    verdicts.push(verdict);
    const detail = verdict.detail === undefined ? "" : `: ${verdict.detail}`;
    options.say(`${name} ${address} ${verdict.outcome}${detail}`);
  }
  return verdicts;
}

/// What is to be done about the verdicts, as an exit code: 0 nothing, 1 ask again, 3 nothing is deployed, 4 a person must look.
export function exitCodeOf(verdicts: readonly Verdict[]): number {
  const has = (...outcomes: Verdict["outcome"][]) =>
    verdicts.some(({ outcome }) => outcomes.includes(outcome));
  if (verdicts.length === 0) return 3;
  if (has("absent", "differs", "refused")) return 4;
  return has("unanswered") ? 1 : 0;
}

function compareTo(name: string, code: string): Pick<Verdict, "outcome" | "detail"> {
  if (code === "0x") return { outcome: "absent", detail: "there is no code" };
  const { ok, differsAt } = compareRuntime(name, code);
  if (ok) return { outcome: "same" };
  return {
    outcome: "differs",
    detail: `byte ${differsAt ?? 0} is not what these sources make: check out the version that it was deployed from, and build`,
  };
}
