import { parseEther, ZeroAddress, type Signer, type TransactionRequest } from "ethers";
import type { Bench } from "./bench.ts";
import { benchDraw, drawRows } from "./draws.ts";
import type { GrowthTable } from "./growth.ts";
import { benchReport, reportRow } from "./reportGrowth.ts";

/// Backs three lots at 5 %.
const BOND = parseEther("96");
/// Draws before the first figure. The deposit contract writes a new slot at each power of two: so none falls into a figure.
const WARM_UPS = 2;
const SIZES = [10, 100, 1_000] as const;
/// Transactions that are sent before a block is made, and the gas that each may use: less than half a block.
const PER_BLOCK = 40;
const GAS_LIMIT = 350_000n;

/// Draws, predeposits of ten and reports as operators grow. All operators have a bond and a weight.
export async function benchOperators(bench: Bench): Promise<GrowthTable> {
  const { protocol, accounts, provider } = bench.net;
  // ether for all bonds, and for the lots
  const rich = `0x${parseEther("1000000").toString(16)}`;
  await provider.send("hardhat_setBalance", [await accounts.alice.getAddress(), rich]);
  await bench.gasOf(
    protocol.StakedEther.connect(accounts.alice).stake(ZeroAddress, { value: parseEther("10000") }),
  );

  const rows = [...drawRows(), reportRow()];
  for (const size of SIZES) {
    await grow(bench, size);
    if (size === SIZES[0]) for (let i = 0; i < WARM_UPS; i++) await benchDraw(bench);
    const figures = [...(await benchDraw(bench)), await benchReport(bench)];
    figures.forEach((gas, i) => rows[i]!.gas.push(gas));
  }
  return { title: "as operators grow", sizes: SIZES, rows };
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
