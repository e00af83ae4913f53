import "../devnet/preset.ts";
import { allow } from "../actions/allow.ts";
import { claim } from "../actions/claim.ts";
import { requestWithdrawal, type Requested } from "../actions/requestWithdrawal.ts";
import { stake, type StakeRoute } from "../actions/stake.ts";
import { wrap } from "../actions/wrap.ts";
import { FatalError } from "../lib/errors.ts";
import { formatEther, parseAmount, WEI_PER_GWEI } from "../lib/units.ts";
import type { Staker } from "./journal.ts";
import type { Stage } from "./stage.ts";

const STAKES: { actor: Staker; ether: string; route: StakeRoute; how: string }[] = [
  { actor: "alice", ether: "100", route: "transfer", how: "by a plain transfer" },
  { actor: "bob", ether: "60", route: "call", how: "by a call" },
  { actor: "carol", ether: "40", route: "wrapped", how: "straight to wkETH" },
];
const WRAPPED = parseAmount("25");
const WITHDRAWN = parseAmount("45");

export async function stakersStake({ step, protocol, signers, journal }: Stage): Promise<void> {
  for (const { actor, ether, route, how } of STAKES) {
    await step(`${actor} stakes ${ether} ETH ${how}`, async () => {
      const amountWei = parseAmount(ether);
      const { receipt, shares } = await stake(protocol, signers[actor], { amountWei, route });
      journal.record(`stake (${route})`, actor, receipt, { putInWei: amountWei });
      return `${formatEther(shares)} shares`;
    });
  }
}

/** A balance at two slots that follow one another, with nothing else going on: the drip alone moves it. */
export interface Growth {
  seconds: number;
  balanceWei: { earlier: bigint; later: bigint };
  pooledWei: { earlier: bigint; later: bigint };
  dripWeiPerSecond: bigint;
}

export async function balancesGrow({ step, protocol, signers, network }: Stage): Promise<Growth> {
  let growth: Growth | undefined;
  await step("alice's balance grows", async () => {
    const ledger = protocol.StakedEther;
    await network.devnet.tickBlocks(2);
    const latest = await network.provider.getBlockNumber();
    const at = async (blockTag: number) => ({
      timestamp: (await network.provider.getBlock(blockTag))!.timestamp,
      balanceWei: await ledger.balanceOf(signers.alice, { blockTag }),
      pooledWei: await ledger.getTotalPooledEther({ blockTag }),
    });
    const [earlier, later] = [await at(latest - 1), await at(latest)];
    const seconds = later.timestamp - earlier.timestamp;
    const grownWei = later.balanceWei - earlier.balanceWei;
    if (grownWei <= 0n) throw new FatalError(`alice's balance changed by ${grownWei} wei in ${seconds} s`);
    growth = {
      seconds,
      balanceWei: { earlier: earlier.balanceWei, later: later.balanceWei },
      pooledWei: { earlier: earlier.pooledWei, later: later.pooledWei },
      dripWeiPerSecond: (await ledger.drip()).rateGwei * WEI_PER_GWEI,
    };
    return `by ${grownWei} wei in ${seconds} s`;
  });
  return growth!;
}

export async function aliceWraps({ step, protocol, signers, journal }: Stage): Promise<void> {
  await step(`alice wraps ${formatEther(WRAPPED, 0)} kETH`, async () => {
    const spending = { spender: protocol.WrappedStakedEther, amountWei: WRAPPED };
    const approval = await allow(protocol, signers.alice, spending);
    if (approval) journal.record("approve wkETH", "alice", approval);
    const { receipt, shares } = await wrap(protocol, signers.alice, { amountWei: WRAPPED });
    journal.record("wrap", "alice", receipt);
    return `${formatEther(shares)} wkETH`;
  });
}

export async function bobAsksOut({ step, protocol, signers, journal }: Stage): Promise<Requested> {
  let requested: Requested | undefined;
  await step(`bob asks to withdraw ${formatEther(WITHDRAWN, 0)} kETH`, async () => {
    const spending = { spender: protocol.WithdrawalQueue, amountWei: WITHDRAWN };
    const approval = await allow(protocol, signers.bob, spending);
    if (approval) journal.record("approve queue", "bob", approval);
    requested = await requestWithdrawal(protocol, signers.bob, { amountWei: WITHDRAWN });
    journal.record("request withdrawal", "bob", requested.receipt);
    const buffer = formatEther(await protocol.StakedEther.buffer());
    return `ticket ${requested.ticketId}; the buffer has ${buffer} ETH`;
  });
  return requested!;
}

export async function bobClaims(
  { step, protocol, signers, journal }: Stage,
  ticketId: bigint,
): Promise<bigint> {
  let paidWei = 0n;
  await step("bob claims", async () => {
    const { receipt, amountWei } = await claim(protocol, signers.bob, { ticketId });
    journal.record("claim", "bob", receipt, { gotOutWei: amountWei });
    paidWei = amountWei;
    return `${formatEther(amountWei, 6)} ETH`;
  });
  return paidWei;
}
