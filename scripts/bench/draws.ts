import { commitKeys, signPredeposits } from "../actions/commitKeys.ts";
import { mayOpenDraw, openDraw } from "../actions/openDraw.ts";
import { predeposit } from "../actions/predeposit.ts";
import { refreshWeight } from "../actions/refreshWeight.ts";
import { isSeedKnown, settleDraw } from "../actions/settleDraw.ts";
import { seedFromMnemonic, validatorKeys } from "../lib/keys.ts";
import { gasOf, type Bench } from "./bench.ts";
import type { Growth } from "./growth.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const KEYS = 10;
/// One draw is for two predeposits: the second is measured, as its operator has stake then.
export const DRAW_LOT_ETH = 2n * 32n * BigInt(KEYS);
/// By which a predeposit may grow, in per cent for ten times as many operators.
const MOST_PERCENT = 5;

/// What `benchDraw` tells.
export function drawRows(): Growth[] {
  const free = ["open a draw", "settle a draw", "refresh a weight"].map((operation) => ({
    operation,
    gas: [],
  }));
  return [...free, { operation: "predeposit of ten, curated", gas: [], mostPercent: MOST_PERCENT }];
}

/// Gas of opening, settling, refreshing, and of the winner's second predeposit of ten.
export async function benchDraw(bench: Bench): Promise<number[]> {
  const { protocol, accounts, beacon, devnet, provider } = bench.net;
  const until = async (condition: () => Promise<boolean>) => void (await devnet.tickUntil(condition));
  await until(() => mayOpenDraw(protocol, provider));
  const opened = await openDraw(protocol, accounts.keeper);
  await until(() => isSeedKnown(beacon, opened.round));
  const { winner, receipt: settled } = await settleDraw({ protocol, beacon }, accounts.keeper);
  if (winner === undefined) throw new Error("the draw has no winner");
  const { operatorId } = winner;
  const refreshed = await refreshWeight(protocol, accounts.keeper, { operatorId });

  const { genesisForkVersion } = await beacon.genesis();
  // no two draws have the same keys
  const firstKey = 2 * KEYS * Number(opened.drawId);
  const derived = validatorKeys(seedFromMnemonic(MNEMONIC), firstKey, 2 * KEYS);
  const secretKeys = derived.map(({ secretKey }) => secretKey);
  const tree = await signPredeposits(protocol, { secretKeys, genesisForkVersion });
  await commitKeys(protocol, accounts.manager, { operatorId, tree });
  const indices = Array.from({ length: KEYS }, (_, i) => i);
  const registry = protocol.OperatorRegistry.connect(accounts.admin);
  await bench.gasOf(registry.setCurated(operatorId, true));
  const wanted = { operatorId, tree, until };
  await predeposit(bench.net, accounts.keeper, { ...wanted, indices });
  const second = { ...wanted, indices: indices.map((i) => KEYS + i) };
  const { receipt } = await predeposit(bench.net, accounts.keeper, second);
  return [opened.receipt, settled, refreshed, receipt].map(gasOf);
}
