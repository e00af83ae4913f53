import { roleId } from "../../lib/roles.ts";
import { adminOf } from "../holders.ts";
import { outcome, tryFrom } from "./calls.ts";
import { deploymentOf, isSame, STRANGER, type Ground, type Question } from "./check.ts";
import { holdersIn } from "./roles.ts";

const VALVES = ["Inflow", "Finalization"] as const;

/// Why a guardian cannot pull on a chain that is in use: what it was for has happened.
const PULLED = ["NotArmed", "AlreadyShut"];

/// The brake works from each guardian, and from nobody else.
export function brakeQuestions(ground: Ground): Question[] {
  const { protocol, provider, deployer, live } = ground;
  const guardians = holdersIn(ground, "GUARDIAN");
  const admin = adminOf(deploymentOf(ground));
  const others = [deployer, admin, STRANGER].filter((who) => !guardians.some((guard) => isSame(guard, who)));
  const pull = (from: string, valve: number) =>
    tryFrom(provider, from, { to: protocol.EmergencyBrake, method: "pull", args: [valve] });
  return VALVES.flatMap((valve, i) => [
    {
      name: `brake: ${valve} stops for each guardian`,
      wanted: "done",
      ask: async () => {
        const refusals = await Promise.all(guardians.map((from) => pull(from, i)));
        const isPulled = refusals.every((refusal) => PULLED.includes(refusal?.error?.name ?? ""));
        const got = guardians.length === 0 ? "nobody is a guardian" : refusals.map(outcome).join(", ");
        if (guardians.length > 0 && live && isPulled) return { ok: true, got, note: "it is pulled" };
        return { ok: guardians.length > 0 && refusals.every((refusal) => refusal === undefined), got };
      },
    },
    {
      name: `brake: ${valve} stops for nobody else`,
      wanted: others.map(() => "Unauthorized").join(", "),
      ask: async () => {
        const refusals = await Promise.all(others.map((from) => pull(from, i)));
        const isRefused = refusals.every(
          (refusal, at) =>
            refusal?.error?.name === "Unauthorized" &&
            isSame(refusal.error.args[0], others[at]) &&
            refusal.error.args[1] === roleId("GUARDIAN"),
        );
        return {
          ok: isRefused,
          got: refusals.map((refusal) => refusal?.error?.name ?? outcome(refusal)).join(", "),
        };
      },
    },
  ]);
}
