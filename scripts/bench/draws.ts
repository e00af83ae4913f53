import { parseEther, ZeroAddress, type Signer, type TransactionRequest } from "ethers";
import { commitKeys, signPredeposits } from "../actions/commitKeys.ts";
import { mayOpenDraw, openDraw } from "../actions/openDraw.ts";
import { predeposit } from "../actions/predeposit.ts";
import { refreshWeight } from "../actions/refreshWeight.ts";
import { isSeedKnown, settleDraw } from "../actions/settleDraw.ts";
import { seedFromMnemonic, validatorKeys } from "../lib/keys.ts";
import { gasOf, type Bench } from "./bench.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const KEYS = 10;
/// One draw is for two predeposits: the second is measured, as its operator has stake then.
export const DRAW_LOT_ETH = 2n * 32n * BigInt(KEYS);
/// Backs three lots at 5 %.
const BOND = parseEther("96");
/// Draws before the first figure. The deposit contract writes a new slot at each power of two: so none falls into a figure.
const WARM_UPS = 2;
const SIZES = [10, 100, 1_000] as const;
/// Transactions that are sent before a block is made, and the gas that each may use: less than half a block.
const PER_BLOCK = 40;
const GAS_LIMIT = 350_000n;

/// Gas by the number of operators that have a weight.
export interface Growth {
  operation: string;
  gas: number[];
}

export const OPERATOR_COUNTS: readonly number[] = SIZES;

/// What a draw and a predeposit of ten cost as operators grow. All operators have a bond and a weight.
export async function benchDraws(bench: Bench): Promise<Growth[]> {
  const { protocol, accounts, provider } = bench.net;
  // ether for all bonds, and for the lots
  const rich = `0x${parseEther("1000000").toString(16)}`;
  await provider.send("hardhat_setBalance", [await accounts.alice.getAddress(), rich]);
  await bench.gasOf(
    protocol.StakedEther.connect(accounts.alice).stake(ZeroAddress, { value: parseEther("10000") }),
  );

  const growth: Growth[] = [
    "open a draw",
    "settle a draw",
    "refresh a weight",
    "predeposit of ten, curated",
  ].map((operation) => ({ operation, gas: [] }));
  let keys = 0;
  for (const size of SIZES) {
    await grow(bench, size);
    for (let unmeasured = size === SIZES[0] ? WARM_UPS : 0; unmeasured >= 0; unmeasured--) {
      const figures = await drawAndDeposit(bench, keys);
      keys += 2 * KEYS;
      if (unmeasured === 0) figures.forEach((gas, i) => growth[i]!.gas.push(gas));
    }
  }
  return growth;
}

/// Registers operators up to a number, with a bond and a weight each.
async function grow(bench: Bench, size: number): Promise<void> {
  const { protocol, accounts } = bench.net;
  const have = Number(await protocol.OperatorRegistry.count());
  const ids = Array.from({ length: size - have }, (_, i) => BigInt(have + 1 + i));
  const rewards = await accounts.operatorRewards.getAddress();
  const { OperatorRegistry: registry, BondVault: vault, StakeAllocator: allocator } = protocol;
  const call = { gasLimit: GAS_LIMIT };
  await inBulk(accounts.manager, ids, () => registry.register.populateTransaction(rewards, 1_000n, call));
  await inBulk(accounts.alice, ids, (id) => vault.deposit.populateTransaction(id, { value: BOND, ...call }));
  await inBulk(accounts.keeper, ids, (id) => allocator.refresh.populateTransaction(id, call));
  const weight = await allocator.weightOf(BigInt(size));
  if (weight === 0n) throw new Error(`operator ${size} has no weight`);
}

/// Many transactions to a block.
async function inBulk(
  sender: Signer,
  ids: bigint[],
  make: (id: bigint) => Promise<TransactionRequest>,
): Promise<void> {
  for (let at = 0; at < ids.length; at += PER_BLOCK) {
    const sent = ids.slice(at, at + PER_BLOCK).map(async (id) => sender.sendTransaction(await make(id)));
    const receipts = await Promise.all((await Promise.all(sent)).map((response) => response.wait()));
    if (receipts.some((receipt) => receipt?.status !== 1)) throw new Error("a transaction failed");
  }
}

/// Gas of opening, settling, refreshing, and of the winner's second predeposit of ten.
async function drawAndDeposit(bench: Bench, firstKey: number): Promise<number[]> {
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
