import "../devnet/preset.ts";
import { commitKeys, signPredeposits } from "../actions/commitKeys.ts";
import { exitValidator } from "../actions/exitValidator.ts";
import { drawStake } from "../actions/drawStake.ts";
import { predeposit } from "../actions/predeposit.ts";
import { areProvable } from "../actions/proveValidators.ts";
import { depositBond, registerOperator } from "../actions/registerOperator.ts";
import { proveAndTopUp } from "../actions/topUp.ts";
import { seedFromMnemonic, validatorKeys, type ValidatorKey } from "../lib/keys.ts";
import type { KeyTree } from "../lib/keyTree.ts";
import { receiptOf } from "../lib/receipts.ts";
import { epochOf, formatEther, GWEI_PER_ETHER, parseAmount } from "../lib/units.ts";
import type { Stage } from "./stage.ts";

/** The well-known phrase of local chains: the operator's keys have no value either. */
const MNEMONIC = "test test test test test test test test test test test junk";
const KEYS = 5;
/** 38 ETH per validator with its predeposit (EIP-7251): as much as one lot holds; little else stays in the buffer. */
const STAKE_ETH = 38n;
const TOP_UP_GWEI = (STAKE_ETH - 1n) * GWEI_PER_ETHER;
/** Five per cent of 200 ETH. */
const BOND = parseAmount("10");
const TIP = parseAmount("0.05");
const TRANSFER_GAS = 21_000n;

/** An operator, its keys as derived (EIP-2333) and as committed. */
export interface Operator {
  operatorId: bigint;
  keys: ValidatorKey[];
  tree: KeyTree;
}

export async function operatorCommits({
  step,
  protocol,
  signers,
  journal,
  network,
}: Stage): Promise<Operator> {
  let operatorId = 0n;
  await step("an operator registers", async () => {
    const rewardAddress = await network.accounts.operatorRewards.getAddress();
    const registered = await registerOperator(protocol, signers.manager, {
      rewardAddress,
      commissionBp: 1_000n,
    });
    journal.record("register operator", "manager", registered.receipt);
    operatorId = registered.operatorId;
    return `operator ${operatorId}`;
  });
  await step("its bond is deposited", async () => {
    const receipt = await depositBond(protocol, signers.manager, { operatorId, amountWei: BOND });
    journal.record("deposit a bond", "manager", receipt, { putInWei: BOND });
    return `${formatEther(BOND)} ETH back ${await protocol.BondVault.capacityOf(operatorId)} ETH of stake`;
  });

  const keys = validatorKeys(seedFromMnemonic(MNEMONIC), 0, KEYS);
  const { genesisForkVersion } = await network.beacon.genesis();
  const secretKeys = keys.map(({ secretKey }) => secretKey);
  const tree = await signPredeposits(protocol, { secretKeys, genesisForkVersion });
  await step(`the operator commits ${KEYS} BLS keys`, async () => {
    const receipt = await commitKeys(protocol, signers.manager, { operatorId, tree });
    journal.record(`commit ${KEYS} keys`, "manager", receipt);
    return `root ${tree.root.slice(0, 10)}…`;
  });
  return { operatorId, keys, tree };
}

export async function validatorsStart(
  { step, protocol, signers, journal, network }: Stage,
  { operatorId, keys, tree }: Operator,
): Promise<void> {
  const { beacon, devnet } = network;
  const indices = keys.map(({ index }) => index);
  const pubkeys = keys.map(({ pubkey }) => pubkey);
  await step("stake is drawn for the operator", async (wait) => {
    const wanted = { operatorId, eth: STAKE_ETH * BigInt(KEYS), until: wait };
    const { leftEth, transactions } = await drawStake(network, signers.keeper, wanted);
    for (const { step: what, receipt } of transactions) journal.record(what, "keeper", receipt);
    return `${leftEth} ETH allotted, by the RANDAO of slot ${(await protocol.StakeAllocator.draw()).round}`;
  });
  await step("each key gets its predeposit of 1 ETH", async (wait) => {
    const keysOf = { operatorId, tree, indices, until: wait };
    const { receipt } = await predeposit(network, signers.keeper, keysOf);
    journal.record(`predeposit ${KEYS}`, "keeper", receipt);
    return `${KEYS} ETH`;
  });
  await step("the beacon chain makes validators of them", async (wait) => {
    await wait(() => areProvable(beacon, pubkeys));
    return `epoch ${devnet.epoch}`;
  });
  await step("their credentials are proven, and they are topped up", async () => {
    const topUp = { operatorId, tree, indices, amountGwei: TOP_UP_GWEI };
    const receipt = await proveAndTopUp({ protocol, beacon }, signers.keeper, topUp);
    journal.record(`prove and top up ${KEYS}`, "keeper", receipt);
    return `buffer left: ${formatEther(await protocol.StakedEther.buffer())} ETH`;
  });
  await step("they become active", async (wait) => {
    // their operator's validator client: from now on they attest and propose
    devnet.addKeys(keys.map(({ secretKey }) => secretKey));
    await wait(async () => {
      const known = await beacon.validators("head", pubkeys);
      return known.every(({ status }) => status === "active_ongoing");
    });
    const known = await beacon.validators("head", pubkeys);
    const rewardsVault = await protocol.RewardsVault.getAddress();
    devnet.setFeeRecipient(
      known.map(({ index }) => index),
      rewardsVault,
    );
    return `epoch ${devnet.epoch}`;
  });
}

/** Someone pays well for a place in a block of our validators: the fee goes where they send all fees, to the vault. */
export async function tipArrives(
  { step, protocol, signers, journal, network }: Stage,
  { keys }: Operator,
): Promise<void> {
  await step("a trader tips one of their blocks", async (wait) => {
    const { beacon, devnet, provider } = network;
    const { slotsPerEpoch } = await beacon.spec();
    const ours = new Set(keys.map(({ pubkey }) => pubkey));
    await wait(async () => {
      const next = devnet.slot + 1;
      const duties = await beacon.proposerDuties(epochOf(next, { slotsPerEpoch }));
      return duties.some(({ slot, pubkey }) => slot === next && ours.has(pubkey));
    });
    const before = await provider.getBalance(protocol.RewardsVault);
    const maxPriorityFeePerGas = TIP / TRANSFER_GAS;
    const fees = { maxPriorityFeePerGas, maxFeePerGas: 2n * maxPriorityFeePerGas };
    const receipt = await receiptOf(signers.trader.sendTransaction({ to: signers.trader, ...fees }));
    journal.record("transfer with a tip", "trader", receipt);
    const tip = (await provider.getBalance(protocol.RewardsVault)) - before;
    return `${formatEther(tip, 6)} ETH in the rewards vault`;
  });
}

export async function operatorExits({ step, network }: Stage, { keys }: Operator): Promise<void> {
  await step("the operator signs a validator's exit", async (wait) => {
    const { beacon, devnet } = network;
    const [validator] = await beacon.validators("head", [keys[0]!.pubkey]);
    const period = Number((await beacon.spec()).values.SHARD_COMMITTEE_PERIOD);
    await wait(() => devnet.epoch >= Number(validator!.activationEpoch) + period);
    const exit = await exitValidator(beacon, keys[0]!);
    return `validator ${exit.validatorIndex}, epoch ${exit.epoch}`;
  });
}

export async function beaconChainPays({ step, protocol, network }: Stage): Promise<void> {
  await step("the beacon chain pays it out to the vault", async (wait) => {
    const { devnet, provider } = network;
    const held = () => provider.getBalance(protocol.WithdrawalVault);
    // whole: our validators are far below the balance from which parts are paid out
    await wait(async () => (await held()) > 0n);
    return `${formatEther(await held(), 6)} ETH, epoch ${devnet.epoch}`;
  });
}
