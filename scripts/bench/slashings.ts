import { proveSlashed } from "../actions/proveSlashing.ts";
import { gasOf, type Bench } from "./bench.ts";

/// The first proof of a slashing of an operator: it is jailed, its bond locked, the prover paid.
export async function benchSlashings(bench: Bench, pubkey: string): Promise<void> {
  const { devnet, accounts } = bench.net;
  const index = devnet.chain.state.validators
    .getAllReadonlyValues()
    .findIndex((v) => `0x${Buffer.from(v.pubkey).toString("hex")}` === pubkey);
  await devnet.tickUntil(() => devnet.chain.validator(index).activationEpoch <= devnet.epoch);
  devnet.slashAttester(index);
  await devnet.tickUntil(() => devnet.chain.validator(index).slashed);
  await devnet.tickBlocks(2);
  bench.note("prove a slashing", gasOf(await proveSlashed(bench.net, accounts.keeper, pubkey)));
}
