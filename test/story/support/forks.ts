import "../../../scripts/devnet/preset.ts";
import { createProof, ProofType, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import { upgradeStateToGloas } from "@lodestar/state-transition/slot";
import { ssz } from "@lodestar/types";
import { hexlify, ZeroHash, type ContractFactory, type Signer } from "ethers";
import { recentBlock } from "../../../scripts/actions/newestRoot.ts";
import { withFreshCaches } from "../../../scripts/devnet/genesis.ts";
import { stateOf, type BlockRecord } from "../../../scripts/devnet/history.ts";
import type { Hex } from "../../../scripts/devnet/rpc.ts";
import { writeBeaconRoot } from "../../../scripts/devnet/systemContracts.ts";
import { DeployContext } from "../../../scripts/deploy/context.ts";
import { parameter } from "../../../scripts/deploy/parameters/schema.ts";
import { Records } from "../../../scripts/lib/records.ts";
import { headerBranch, HEADER_STATE_ROOT_INDEX, headerRoot } from "../../../scripts/lib/beaconHeader.ts";
import {
  finalityProof,
  headerOf,
  validatorProof,
  validatorRecord,
} from "../../../scripts/lib/beaconProofs.ts";
import {
  connectProtocol,
  CONTRACT_NAMES,
  type Addresses,
  type ContractName,
} from "../../../scripts/lib/protocol.ts";
import { ROLE_NAMES, roleId } from "../../../scripts/lib/roles.ts";
import { StateBytes } from "../../../scripts/lib/stateBytes/stateBytes.ts";
import { balanceProof } from "../../../scripts/lib/verifierProofs.ts";
import { mined, type World } from "./world.ts";

/// A validator and its balance after the parent of an execution block, with their proofs.
export interface Shown {
  block: { timestamp: number; slot: number; root: string; history: string[] };
  index: number;
  validator: ReturnType<typeof container>;
  proof: string[];
  chunk: string;
  balanceProof: string[];
}

/// The finalised epoch after the parent of an execution block, with its proof.
export interface ShownFinality {
  finalityTimestamp: number;
  finalizedEpoch: number;
  finalityProof: string[];
}

function container(state: Parameters<typeof validatorRecord>[0], index: number) {
  const { effectiveBalanceGwei, ...rest } = validatorRecord(state, index);
  return { ...rest, effectiveBalance: effectiveBalanceGwei };
}

function parentOf({ devnet }: World, child: BlockRecord) {
  const parent = devnet.chain.history.byBlockRoot(child.block.message.parentRoot);
  const state = parent && stateOf(parent);
  if (parent === undefined || state === undefined) throw new Error("the parent's state is not kept");
  return { parent, state, timestamp: child.block.message.body.executionPayload.timestamp };
}

/// The first block from a slot on.
export function blockFrom({ devnet }: World, slot: number): BlockRecord {
  const record = devnet.chain.history.firstFrom(slot);
  if (record === undefined) throw new Error(`no block from slot ${slot} on yet`);
  return record;
}

/// A validator under the parent of a block, in the layout of Electra and Fulu.
export function showInFulu(world: World, child: BlockRecord, index: number): Shown {
  const { state, timestamp } = parentOf(world, child);
  const header = headerOf(state);
  const balance = balanceProof(state, header, index);
  return {
    block: recentBlock(timestamp),
    index,
    validator: container(state, index),
    proof: validatorProof(state, header, [index]).proof,
    chunk: balance.chunk,
    balanceProof: balance.proof,
  };
}

export function finalityInFulu(world: World, child: BlockRecord): ShownFinality {
  const { state, timestamp } = parentOf(world, child);
  const bytes = new StateBytes(ssz.fulu.BeaconState, state.serialize());
  const { epoch, proof } = finalityProof(bytes, headerOf(state));
  return { finalityTimestamp: timestamp, finalizedEpoch: epoch, finalityProof: proof };
}

/// The state of a block's parent, carried over to Gloas by Lodestar's own upgrade, under a block of Gloas of the same slot,
/// proposer and parent, whose body is empty. Its root is put where EIP-4788 answers for the child.
async function inGloas(world: World, child: BlockRecord) {
  const { parent, state, timestamp } = parentOf(world, child);
  const gloas = upgradeStateToGloas(withFreshCaches(state));
  gloas.commit();
  const block = {
    ...ssz.gloas.BeaconBlock.defaultValue(),
    slot: parent.slot,
    proposerIndex: parent.header.proposerIndex,
    parentRoot: parent.header.parentRoot,
    stateRoot: gloas.hashTreeRoot(),
  };
  const header = {
    slot: block.slot,
    proposerIndex: block.proposerIndex,
    parentRoot: hexlify(block.parentRoot),
    stateRoot: hexlify(block.stateRoot),
    bodyRoot: hexlify(ssz.gloas.BeaconBlockBody.hashTreeRoot(block.body)),
  };
  const root = hexlify(ssz.gloas.BeaconBlock.hashTreeRoot(block));
  if (root !== headerRoot(header)) throw new Error("the block is not that of its header");
  await writeBeaconRoot(world.devnet.provider, timestamp, root as Hex);
  const branch = (path: (string | number)[]) => {
    const { gindex } = ssz.gloas.BeaconState.getPathInfo(path);
    const { leaf, witnesses } = createProof(gloas.node, { type: ProofType.single, gindex }) as SingleProof;
    const above = headerBranch(header, HEADER_STATE_ROOT_INDEX);
    return { leaf: hexlify(leaf), proof: [...witnesses.map((node) => hexlify(node)), ...above] };
  };
  return { state, timestamp, branch };
}

/// A validator under the parent of a block, in the layout of Gloas.
export async function showInGloas(world: World, child: BlockRecord, index: number): Promise<Shown> {
  const { state, timestamp, branch } = await inGloas(world, child);
  const balance = branch(["balances", index]);
  return {
    block: recentBlock(timestamp),
    index,
    validator: container(state, index),
    proof: branch(["validators", index]).proof,
    chunk: balance.leaf,
    balanceProof: balance.proof,
  };
}

export async function finalityInGloas(world: World, child: BlockRecord): Promise<ShownFinality> {
  const { state, timestamp, branch } = await inGloas(world, child);
  const { proof } = branch(["finalizedCheckpoint", "epoch"]);
  return {
    finalityTimestamp: timestamp,
    finalizedEpoch: state.finalizedCheckpoint.epoch,
    finalityProof: proof,
  };
}

/// What a world has, with contracts in the place of others: those named in `given` are there; `steps` of the deployment make
/// those of `names` anew.
export interface Successors {
  given: Partial<Addresses>;
  names: ContractName[];
  steps: ((context: DeployContext) => Promise<void>)[];
}

/// Deploys those that are named, and leaves the others as they are recorded.
class SuccessorContext extends DeployContext {
  readonly #names: readonly ContractName[];

  constructor(
    names: readonly ContractName[],
    ...[deployer, parameters, records]: [Signer, World["parameters"], Records]
  ) {
    super(deployer, parameters, records, () => {});
    this.#names = names;
  }

  override async deploy<F extends ContractFactory>(
    ...args: Parameters<typeof DeployContext.prototype.deploy<F>>
  ): Promise<void> {
    if (this.#names.includes(args[0])) await super.deploy(...args);
  }
}

/// Deploys successors, which have no role yet. Returns the world with them.
export async function deploySuccessors(world: World, { given, names, steps }: Successors): Promise<World> {
  const { accounts, parameters, protocol, provider } = world;
  const records = new Records();
  const kept = { transactionHash: ZeroHash, blockNumber: 0, gasUsed: "0", constructorArguments: [] };
  for (const name of CONTRACT_NAMES) {
    if (names.includes(name)) continue;
    records.set(name, { ...kept, address: given[name] ?? (await protocol[name].getAddress()) });
  }
  // names that the deployer has not used yet
  const label = parameter(`s${await accounts.deployer.getNonce()}`, "label", "successors");
  const context = new SuccessorContext(names, accounts.deployer, { ...parameters, label }, records);
  await context.deployFactory();
  for (const step of steps) await step(context);
  return { ...world, protocol: connectProtocol(records.addresses() as Addresses, provider) };
}

/// Governance, an account, puts contracts in the place of others: all roles of the old ones move to the new ones.
export async function replace(world: World, successors: Successors): Promise<World> {
  const replaced = await deploySuccessors(world, successors);
  const authority = world.protocol.Authority.connect(world.accounts.admin);
  for (const { role, from, to } of await rolesToMove(world, replaced, successors.names)) {
    await mined(authority.grantRole(role, to));
    await mined(authority.revokeRole(role, from));
  }
  return replaced;
}

/// All roles that contracts have, and those that take their place are to have.
export async function rolesToMove(
  { protocol }: World,
  { protocol: replaced }: World,
  names: readonly ContractName[],
): Promise<{ role: string; from: string; to: string }[]> {
  const moves: { role: string; from: string; to: string }[] = [];
  for (const name of names) {
    const [from, to] = [await protocol[name].getAddress(), await replaced[name].getAddress()];
    for (const role of ROLE_NAMES.map(roleId)) {
      if (await protocol.Authority.hasRole(role, from)) moves.push({ role, from, to });
    }
  }
  return moves;
}
