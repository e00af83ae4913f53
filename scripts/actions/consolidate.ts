import type { ContractTransactionReceipt, Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { recentBlock } from "./newestRoot.ts";
import { proveValidators } from "./proveValidators.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconSource;
}

/** The fee may rise until the call is in a block; what is too much comes back. */
const FEE_MARGIN = 2n;

/**
 * Has the beacon chain merge one validator into another of the same operator. `manager` manages that operator. The beacon
 * chain may drop the request in silence: whether the source exits afterwards tells.
 */
export async function consolidate(
  { protocol, beacon }: Sources,
  manager: Signer,
  { source, target }: { source: string; target: string },
): Promise<ContractTransactionReceipt> {
  const { timestamp, indices, validators, proof } = await proveValidators(beacon, [source, target]);
  const indexOf = (key: string) =>
    indices[validators.findIndex(({ pubkey }) => pubkey === key.toLowerCase())]!;
  const fee = (await protocol.WithdrawalVault.consolidationFee()) * FEE_MARGIN;
  return receiptOf(
    protocol.Consolidator.connect(manager).consolidate(
      recentBlock(timestamp),
      indexOf(source),
      indexOf(target),
      validators,
      proof,
      { value: fee },
    ),
  );
}
