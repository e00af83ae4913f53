import type { BeaconSource } from "../lib/beaconClient.ts";
import { FatalError } from "../lib/errors.ts";
import { CONTRACT_NAMES, type Protocol } from "../lib/protocol.ts";
import { gweiToWei } from "../lib/units.ts";
import { ACTORS, type Actor } from "./journal.ts";
import type { Stage } from "./stage.ts";
import type { BookedReport } from "./committee.ts";
import type { Growth } from "./stakers.ts";
import type { Played } from "./story.ts";

/** An actor's ether, in wei. */
export interface Purse {
  actor: Actor;
  startWei: bigint;
  gasWei: bigint;
  putInWei: bigint;
  gotOutWei: bigint;
  endWei: bigint;
}

/** An account with shares in the ledger. */
export interface Holding {
  holder: string;
  units: bigint;
  balanceWei: bigint;
}

/** All figures that the sums are made of, each from its own source, as of one block. */
export interface Figures {
  purses: Purse[];
  /** Ether of the protocol's contracts. */
  held: { contract: string; wei: bigint }[];
  /** Ether that came in otherwise than by an actor's transaction. */
  seedWei: bigint;
  /** What the first members' bonds brought, before the story. */
  memberBondsWei: bigint;
  tipsWei: bigint;
  /** The official deposit contract's own balance, and the ledger's events. */
  depositContractWei: bigint;
  depositedWei: bigint;
  /** Of the deposits, those that the last report could know. */
  depositedAtReportWei: bigint;
  /** What the beacon chain's blocks paid to the withdrawal vault. */
  withdrawalsWei: bigint;
  finalizedWei: bigint;
  claimedWei: bigint;
  ledger: {
    pooledWei: bigint;
    undrippedWei: bigint;
    profitWei: bigint;
    surplusWei: bigint;
    sweptWithdrawalsWei: bigint;
    sweptRewardsWei: bigint;
    totalUnits: bigint;
    wrapperShares: bigint;
    wrappedSupply: bigint;
  };
  holdings: Holding[];
  reports: BookedReport[];
  growth: Growth;
  /** Our validators' balances and pending deposits in the state that the last report speaks of. */
  beaconWei: bigint;
}

export async function collectFigures(stage: Stage, { tree, reports, growth }: Played): Promise<Figures> {
  const { protocol, network } = stage;
  const { provider, beacon } = network;
  const blockTag = await provider.getBlockNumber();
  const held = await Promise.all(
    CONTRACT_NAMES.map(async (contract) => ({
      contract,
      wei: await provider.getBalance(protocol[contract], blockTag),
    })),
  );
  const depositContract = await protocol.StakedEther.depositContract();
  const depositContractWei =
    (await provider.getBalance(depositContract, blockTag)) -
    (await provider.getBalance(depositContract, stage.startBlock));
  const last = reports.at(-1)!;
  return {
    purses: await purses(stage, blockTag),
    held,
    seedWei: network.parameters.seedWei.value,
    memberBondsWei: await stakedBy(protocol, await protocol.CommitteeBonds.getAddress(), stage.startBlock),
    tipsWei: await tips(stage, blockTag),
    depositContractWei,
    ...(await deposits(stage, last, blockTag)),
    withdrawalsWei: await withdrawals(beacon, await protocol.WithdrawalVault.getAddress(), blockTag),
    finalizedWei: await sumOfEvents(protocol, "Finalized", blockTag),
    claimedWei: await sumOfEvents(protocol, "Claimed", blockTag),
    ledger: await ledgerFigures(protocol, blockTag),
    holdings: await holdings(stage, blockTag),
    reports,
    growth,
    beaconWei: await beaconBalance(
      beacon,
      last,
      tree.keys.map(({ pubkey }) => pubkey),
    ),
  };
}

async function purses({ network, signers, startWei, journal }: Stage, blockTag: number): Promise<Purse[]> {
  return Promise.all(
    ACTORS.map(async (actor) => ({
      actor,
      startWei: startWei.get(actor)!,
      gasWei: journal.sum("feeWei", actor),
      putInWei: journal.sum("putInWei", actor),
      gotOutWei: journal.sum("gotOutWei", actor),
      endWei: await network.provider.getBalance(signers[actor], blockTag),
    })),
  );
}

/** A boundary after all deposits: the books of then count each of them. */
const FRAME_TO_COME = 2 ** 31;

/** Priority fees of all transactions in blocks of our validators, whoever sent them. */
async function tips({ network: { provider }, protocol }: Stage, blockTag: number): Promise<bigint> {
  const vault = await protocol.RewardsVault.getAddress();
  let total = 0n;
  for (let number = 1; number <= blockTag; number++) {
    const block = await provider.getBlock(number);
    if (block?.miner !== vault) continue;
    const { baseFeePerGas } = block;
    if (baseFeePerGas === null) throw new FatalError(`block ${number} has no base fee`);
    const receipts = await Promise.all(
      block.transactions.map((hash) => provider.getTransactionReceipt(hash)),
    );
    total += sum(receipts.map((r) => (r === null ? 0n : r.fee - r.gasUsed * baseFeePerGas)));
  }
  return total;
}

async function deposits({ network, protocol }: Stage, { report }: BookedReport, blockTag: number) {
  const block = await network.beacon.blockV2(report.blockRoot as `0x${string}`);
  if (block === undefined) throw new FatalError(`the beacon node has no block ${report.blockRoot}`);
  const upTo = async (at: number) =>
    gweiToWei((await protocol.StakedEther.booksAt(FRAME_TO_COME, { blockTag: at })).depositedGwei);
  return {
    depositedWei: await upTo(blockTag),
    depositedAtReportWei: await upTo(block.execution.blockNumber),
  };
}

/** From the beacon chain's blocks alone: what their payloads credited to the vault. */
async function withdrawals(beacon: BeaconSource, vault: string, toBlock: number): Promise<bigint> {
  const head = await beacon.blockV2("head");
  let gwei = 0n;
  for (let slot = 1; slot <= (head?.slot ?? 0); slot++) {
    const block = await beacon.blockV2(slot);
    if (block === undefined || block.execution.blockNumber > toBlock) continue;
    const ours = block.execution.withdrawals.filter(({ address }) => address === vault.toLowerCase());
    gwei += sum(ours.map(({ amountGwei }) => amountGwei));
  }
  return gweiToWei(gwei);
}

async function sumOfEvents(
  protocol: Protocol,
  name: "Finalized" | "Claimed",
  toBlock: number,
): Promise<bigint> {
  const queue = protocol.WithdrawalQueue;
  const events = await queue.queryFilter(queue.filters[name](), 0, toBlock);
  return sum(events.map(({ args }) => args.amount));
}

async function stakedBy(protocol: Protocol, staker: string, toBlock: number): Promise<bigint> {
  const { StakedEther: ledger } = protocol;
  const events = await ledger.queryFilter(ledger.filters.Staked(staker), 0, toBlock);
  return sum(events.map(({ args }) => args.amount));
}

async function ledgerFigures(protocol: Protocol, blockTag: number): Promise<Figures["ledger"]> {
  const { StakedEther: ledger, WrappedStakedEther: wrapper } = protocol;
  const at = { blockTag };
  const books = await ledger.booksAt(await ledger.lastReportFrame(at), at);
  return {
    pooledWei: await ledger.getTotalPooledEther(at),
    undrippedWei: (await ledger.drip(at)).undripped,
    profitWei: books.profit,
    surplusWei: await ledger.surplus(at),
    sweptWithdrawalsWei: books.sweptWithdrawals,
    sweptRewardsWei: books.sweptRewards,
    totalUnits: await ledger.totalUnits(at),
    wrapperShares: await ledger.sharesOf(wrapper, at),
    wrappedSupply: await wrapper.totalSupply(at),
  };
}

/** Everyone who may hold shares: the actors, the seed, and the contracts that shares pass through. */
async function holdings({ protocol, signers, network }: Stage, blockTag: number): Promise<Holding[]> {
  const ledger = protocol.StakedEther;
  const accounts: [string, { getAddress(): Promise<string> }][] = [
    ...ACTORS.map((actor) => [actor, signers[actor]] as [Actor, (typeof signers)[Actor]]),
    ["treasury", network.accounts.treasury],
    ["operator", network.accounts.operatorRewards],
    ["seed", ledger],
    ["wkETH", protocol.WrappedStakedEther],
    ["bonds", protocol.BondVault],
    ["members' bonds", protocol.CommitteeBonds],
    ["withdrawal queue", protocol.WithdrawalQueue],
    ["reward distributor", protocol.RewardDistributor],
  ];
  return Promise.all(
    accounts.map(async ([holder, account]) => {
      const address = await account.getAddress();
      return {
        holder,
        units: await ledger.unitsOf(address, { blockTag }),
        balanceWei: await ledger.balanceOf(address, { blockTag }),
      };
    }),
  );
}

/** Added up here once more, apart from the code that builds reports. */
async function beaconBalance(
  beacon: BeaconSource,
  { report }: BookedReport,
  pubkeys: string[],
): Promise<bigint> {
  const header = await beacon.header(report.blockRoot as `0x${string}`);
  if (header === undefined) throw new FatalError(`the beacon node has no block ${report.blockRoot}`);
  const stateId = header.header.stateRoot as `0x${string}`;
  const validators = await beacon.validators(stateId, pubkeys);
  const pending = (await beacon.pendingDeposits(stateId)).filter(({ pubkey }) => pubkeys.includes(pubkey));
  return gweiToWei(
    sum(validators.map(({ balanceGwei }) => balanceGwei)) + sum(pending.map(({ amountGwei }) => amountGwei)),
  );
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
