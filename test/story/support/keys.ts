import { concat, type ContractTransactionReceipt, type Signer } from "ethers";
import { sendPredeposits } from "../../../scripts/actions/predeposit.ts";
import { keyProof, proveValidators } from "../../../scripts/actions/proveValidators.ts";
import { depositDataRoot, signDeposit, type DepositData } from "../../../scripts/lib/depositData.ts";
import { seedFromMnemonic, validatorKeys, type ValidatorKey } from "../../../scripts/lib/keys.ts";
import { KeyTree, type CommittedKey } from "../../../scripts/lib/keyTree.ts";
import { IDepositContract__factory } from "../../../typechain-types/index.js";
import { GWEI, mined, type World } from "./world.ts";

const PREDEPOSIT_GWEI = 10n ** 9n;
const TOP_UP_GWEI = 31n * 10n ** 9n;
const SEED = seedFromMnemonic("test test test test test test test test test test test junk");

/// Keys of an operator, committed on chain.
export interface Batch {
  keys: ValidatorKey[];
  tree: KeyTree;
}

/// Keys from `first` on, whose validators will do their duties.
export function operatorKeys(world: World, first: number, count: number): ValidatorKey[] {
  const keys = validatorKeys(SEED, first, count);
  world.devnet.addKeys(keys.map(({ secretKey }) => secretKey));
  return keys;
}

/// A key with its signature for the predeposit.
export function signedKey(world: World, key: ValidatorKey): CommittedKey {
  const message = { withdrawalCredentials: world.credentials, amountGwei: PREDEPOSIT_GWEI };
  return signDeposit(key.secretKey, message, world.forkVersion);
}

/// The manager commits keys, whose data travels with the commitment. `spoil` alters what is committed.
export async function commitBatch(
  world: World,
  keys: ValidatorKey[],
  spoil: (key: CommittedKey, index: number) => CommittedKey = (key) => key,
): Promise<Batch> {
  const tree = new KeyTree(keys.map((key, index) => spoil(signedKey(world, key), index)));
  const data = concat(tree.keys.flatMap(({ pubkey, signature }) => [pubkey, signature]));
  const registry = world.protocol.ValidatorRegistry.connect(world.accounts.manager);
  await mined(registry.commit(world.operatorId, tree.root, tree.count, data));
  return { keys, tree };
}

export const COMMITTED = 0n;
export const PREDEPOSITED = 1n;
export const PROVEN = 2n;

/// The state of each key of a batch, as in `IValidatorRegistry.State`.
export async function statesOf(world: World, { tree }: Batch): Promise<bigint[]> {
  const registry = world.protocol.ValidatorRegistry;
  const id = await registry.commitmentIdOf(world.operatorId, tree.root);
  return Promise.all(tree.keys.map((_, index) => registry.stateOf(id, tree.gindex(index))));
}

/// 1 ETH for each key, or for those at `indices`. Anyone may send it: here the keeper.
export async function predepositBatch(
  { protocol, accounts, operatorId }: World,
  { tree }: Batch,
  indices: number[] = tree.keys.map((_, index) => index),
): Promise<ContractTransactionReceipt> {
  return sendPredeposits(protocol, accounts.keeper, { operatorId, tree, indices });
}

/// Proves validators and tops them up, to 32 ETH each unless told otherwise.
export async function proveBatch(
  world: World,
  { tree }: Batch,
  indices: number[] = tree.keys.map((_, index) => index),
  topUpGwei = TOP_UP_GWEI,
): Promise<ContractTransactionReceipt> {
  const proof = await proveValidators(
    world.beacon,
    indices.map((index) => tree.keys[index]!.pubkey),
  );
  const place = keyProof(tree, world.operatorId, proof.validators);
  const amounts = proof.validators.map(() => topUpGwei);
  return mined(
    world.protocol.BeaconDepositor.connect(world.accounts.keeper).proveAndTopUp(proof, place, amounts),
  );
}

/// Indices of the batch's validators on the beacon chain; undefined for a key that it does not know.
export function validatorIndices({ devnet }: World, { keys }: Batch): (number | undefined)[] {
  return keys.map(({ secretKey }) => devnet.chain.indexOf(secretKey.toPublicKey().toBytes()));
}

/// Until the beacon chain knows all keys of the batch, and a block has come in which that can be proven.
export async function untilKnown(world: World, batch: Batch): Promise<number[]> {
  await world.devnet.tickUntil(() => validatorIndices(world, batch).every((index) => index !== undefined));
  // the proof is made under the parent of the head
  await world.devnet.tickBlocks(2);
  return validatorIndices(world, batch) as number[];
}

/// The same number of validators of 32 ETH for each operator, all at once, until all are active.
export async function runOperators(
  operators: World[],
  count: number,
): Promise<(Batch & { indices: number[] })[]> {
  const batches: Batch[] = [];
  for (const [i, operator] of operators.entries()) {
    const batch = await commitBatch(operator, operatorKeys(operator, 10 * i, count));
    await predepositBatch(operator, batch);
    batches.push(batch);
  }
  const run: (Batch & { indices: number[] })[] = [];
  for (const [i, operator] of operators.entries()) {
    const indices = await untilKnown(operator, batches[i]!);
    await proveBatch(operator, batches[i]!);
    run.push({ ...batches[i]!, indices });
  }
  for (const [i, operator] of operators.entries()) await untilActive(operator, run[i]!.indices);
  return run;
}

/// From commitment to 32 ETH each, and until all are active.
export async function runValidators(
  world: World,
  first: number,
  count: number,
): Promise<Batch & { indices: number[] }> {
  const batch = await commitBatch(world, operatorKeys(world, first, count));
  await predepositBatch(world, batch);
  const indices = await untilKnown(world, batch);
  await proveBatch(world, batch);
  await untilActive(world, indices);
  return { ...batch, indices };
}

export async function untilActive({ devnet }: World, indices: number[]): Promise<void> {
  await devnet.tickUntil(() =>
    indices.every((index) => devnet.chain.validator(index).activationEpoch <= devnet.epoch),
  );
}

/// A deposit that somebody makes past the protocol.
export async function depositDirectly(world: World, from: Signer, deposit: DepositData): Promise<void> {
  const contract = IDepositContract__factory.connect(
    await world.protocol.StakedEther.depositContract(),
    from,
  );
  const { pubkey, withdrawalCredentials, signature, amountGwei } = deposit;
  const value = amountGwei * GWEI;
  await mined(
    contract.deposit(pubkey, withdrawalCredentials, signature, depositDataRoot(deposit), { value }),
  );
}
