import "../../../scripts/devnet/preset.ts";
import { toHex } from "@lodestar/utils";
import type { Devnet } from "../../../scripts/devnet/devnet.ts";
import type { Hex } from "../../../scripts/devnet/rpc.ts";
import {
  CONSOLIDATION_REQUESTS_ADDRESS,
  WITHDRAWAL_REQUESTS_ADDRESS,
} from "../../../scripts/devnet/systemContracts.ts";
import { GWEI, send } from "./execution.ts";

/// The fee at rest is one wei.
const FEE_WEI = 1n;

export async function requestWithdrawal(
  devnet: Devnet,
  from: Hex,
  index: number,
  amountGwei: bigint,
): Promise<Hex> {
  const pubkey = toHex(devnet.chain.validator(index).pubkey);
  const data = `${pubkey}${amountGwei.toString(16).padStart(16, "0")}` as Hex;
  return send(devnet, { from, to: WITHDRAWAL_REQUESTS_ADDRESS, valueWei: FEE_WEI, data });
}

export async function requestConsolidation(
  devnet: Devnet,
  from: Hex,
  source: number,
  target: number,
): Promise<Hex> {
  const [sourceKey, targetKey] = [source, target].map((index) => toHex(devnet.chain.validator(index).pubkey));
  const data = `${sourceKey}${targetKey!.slice(2)}` as Hex;
  return send(devnet, { from, to: CONSOLIDATION_REQUESTS_ADDRESS, valueWei: FEE_WEI, data });
}

/// What the payloads after `fromSlot`, up to `toSlot`, have paid to the address.
export function withdrawnWei(devnet: Devnet, address: Hex, fromSlot: number, toSlot = devnet.slot): bigint {
  let sumGwei = 0n;
  for (let slot = fromSlot + 1; slot <= toSlot; slot++) {
    for (const withdrawal of devnet.chain.history.atSlot(slot)?.block.message.body.executionPayload
      .withdrawals ?? []) {
      if (toHex(withdrawal.address) === address.toLowerCase()) sumGwei += withdrawal.amount;
    }
  }
  return sumGwei * GWEI;
}
