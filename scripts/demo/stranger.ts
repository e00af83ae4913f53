import "../devnet/preset.ts";
import { ZeroHash, type Signer } from "ethers";
import { completeCheckpoint, openLive, proveBalances } from "../actions/proveBalances.ts";
import { proveSlashed } from "../actions/proveSlashing.ts";
import { triggerExits } from "../actions/triggerExits.ts";
import type { LocalNetwork } from "../devnet/localNetwork.ts";
import { receiptOf } from "../lib/receipts.ts";
import { formatEther, formatGweiAsEther } from "../lib/units.ts";
import { bookedBy, gainOf, type BookedReport } from "./committee.ts";
import type { Operator } from "./operator.ts";
import type { Stage } from "./stage.ts";

/** Nobody whom the protocol knows: an account of the local chain that has no part. */
const STRANGER = 18;

/** Proves what all validators have, against a report that waits: the proof is booked in its place. */
export async function strangerProvesBalances({ step, protocol, network }: Stage): Promise<BookedReport> {
  const { devnet } = network;
  const { BalanceCheckpoint: checkpoints } = protocol;
  const stranger = await signerOf(network);
  let id = 0n;
  await step("a stranger proves the balances of all validators", async () => {
    id = await openLive(network, stranger, await protocol.StakedEther.lastReportFrame());
    await proveBalances(network, stranger, id);
    return `under the root of slot ${(await checkpoints.checkpoint(id)).slot}`;
  });
  await step("anyone may add what it left out, for a while", async (wait) => {
    const { walkedAt, doubtful } = await checkpoints.checkpoint(id);
    const seconds =
      (await checkpoints.settleSeconds()) * (doubtful > 0n ? await checkpoints.DOUBT_FACTOR() : 1n);
    await wait(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > walkedAt + seconds);
    await completeCheckpoint(network, stranger, id);
    return `${formatGweiAsEther(await checkpoints.beaconBalanceGwei(id), 6)} ETH, none left out`;
  });
  let booked: BookedReport | undefined;
  await step("the proof is the report: the ways out are open again", async () => {
    const receipt = await receiptOf(checkpoints.connect(stranger).submit(id));
    const { root, slot, withdrawalsReceived, rewardsReceived } = await checkpoints.checkpoint(id);
    const told = {
      refSlot: slot,
      blockRoot: root,
      beaconBalanceGwei: await checkpoints.beaconBalanceGwei(id),
      withdrawalsReceived,
      rewardsReceived,
    };
    // what a proof says nothing of
    const untold = { appeared: 0n, exited: 0n, lastTicketId: 0n, rewardsRoot: ZeroHash };
    booked = bookedBy(protocol, receipt, { ...told, ...untold }, 0);
    return `slot ${slot}, no signature, ${gainOf(booked)}`;
  });
  return booked!;
}

/** Proves a slashing, which stops the operator, and then has another validator exit. */
export async function strangerActs(
  { step, protocol, network }: Stage,
  { operatorId, keys, tree }: Operator,
): Promise<void> {
  const { beacon, devnet } = network;
  const stranger = await signerOf(network);
  const [struck, other] = [keys[1]!.pubkey, keys[2]!.pubkey];
  await step("a validator votes twice, and is slashed", async (wait) => {
    const [validator] = await beacon.validators("head", [struck]);
    devnet.slashAttester(validator!.index);
    await wait(async () => (await beacon.validators("head", [struck]))[0]!.slashed);
    await devnet.tickBlocks(2);
    return `epoch ${devnet.epoch}`;
  });
  await step("a stranger proves it: the operator is jailed, and its bond locked", async () => {
    const { gasUsed } = await proveSlashed({ protocol, beacon }, stranger, struck);
    const { locked } = await protocol.BondVault.bondOf(operatorId);
    return `${formatEther(locked, 6)} shares are locked, for ${gasUsed.toLocaleString("en")} gas`;
  });
  await step("a stranger has another of its validators exit", async (wait) => {
    const [validator] = await beacon.validators("head", [other]);
    const { gasUsed } = await triggerExits(network, stranger, {
      kind: "keys",
      commitmentId: await protocol.ValidatorRegistry.commitmentIdOf(operatorId, tree.root),
      validatorIndices: [validator!.index],
    });
    await wait(async () => (await beacon.validators("head", [other]))[0]!.status === "active_exiting");
    return `validator ${validator!.index}, for ${gasUsed.toLocaleString("en")} gas, without its operator`;
  });
}

function signerOf({ provider }: LocalNetwork): Promise<Signer> {
  return provider.getSigner(STRANGER);
}
