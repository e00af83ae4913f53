import type { ContractTransactionReceipt } from "ethers";
import { observeExits } from "../../../scripts/actions/observeExits.ts";
import { planExits, type ExitCall } from "../../../scripts/actions/planExits.ts";
import { triggerExits } from "../../../scripts/actions/triggerExits.ts";
import type { World } from "./world.ts";

/// What anyone would do next about exits, if anything.
export async function planned(world: World): Promise<ExitCall | undefined> {
  return planExits(await observeExits(world));
}

/// A stranger does it.
export async function trigger(world: World, call: ExitCall): Promise<ContractTransactionReceipt> {
  return triggerExits(world, world.accounts.carol, call);
}

/// Does what is planned, and lets time pass where there is nothing to do, up to a call of one of these kinds, whose turn it
/// leaves to the story.
export async function plannedOf(world: World, ...kinds: ExitCall["kind"][]): Promise<ExitCall> {
  for (let i = 0; i < 60; i++) {
    const call = await planned(world);
    if (call === undefined) await world.devnet.tickSlots(8);
    else if (kinds.includes(call.kind)) return call;
    else await trigger(world, call);
  }
  throw new Error(`none of ${kinds.join(", ")} is planned`);
}
