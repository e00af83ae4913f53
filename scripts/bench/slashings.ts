import { hexlify } from "ethers";
import { proveSlashed } from "../actions/proveSlashing.ts";
import { gasOf, type Bench } from "./bench.ts";

/// The first proof of a slashing of an operator: it is jailed, its bond locked, the prover paid.
export async function benchSlashings(bench: Bench, pubkey: string): Promise<void> {
  await slash(bench, pubkey);
  bench.note("prove a slashing", gasOf(await proveSlashed(bench.net, bench.net.accounts.keeper, pubkey)));
}

/// Has a validator slashed, and tells its index.
export async function slash({ net: { devnet } }: Bench, pubkey: string): Promise<number> {
  const index = devnet.chain.state.validators
    .getAllReadonlyValues()
    .findIndex((v) => hexlify(v.pubkey) === pubkey);
  await devnet.tickUntil(() => devnet.chain.validator(index).activationEpoch <= devnet.epoch);
  devnet.slashAttester(index);
  await devnet.tickUntil(() => devnet.chain.validator(index).slashed);
  await devnet.tickBlocks(2);
  return index;
}
