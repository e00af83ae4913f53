import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { digest } from "@chainsafe/as-sha256";
import { ProofType, createProof, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import {
  DataAvailabilityStatus,
  ExecutionPayloadStatus,
  stateTransition,
  type CachedBeaconStateFulu,
} from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";
import { toHex } from "@lodestar/utils";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { withFreshCaches } from "../../scripts/devnet/genesis.ts";
import { stateOf } from "../../scripts/devnet/history.ts";
import { call, word, type Hex } from "../../scripts/devnet/rpc.ts";
import { BEACON_ROOTS_ADDRESS } from "../../scripts/devnet/systemContracts.ts";

/// Generalized index of `state_root` in a block header, of the first validator in a state.
const STATE_ROOT_GINDEX = 11n;
const FIRST_VALIDATOR_GINDEX = 75n << 41n;

const SLASHED_AS_PROPOSER = 10;
const SLASHED_AS_ATTESTER = 11;
const LEAVING = 12;

describe("devnet: consensus", () => {
  let devnet: Devnet;

  const blockNumber = async (): Promise<number> =>
    Number(await call<Hex>(devnet.provider, "eth_blockNumber"));

  before(async () => {
    devnet = await startDevnet();
    await devnet.tickEpochs(5);
  });

  after(() => devnet.close());

  it("finalizes two epochs behind, with every validator attesting", () => {
    expect(devnet.chain.finalized.epoch).to.equal(devnet.epoch - 2);
    const participation = devnet.chain.state.previousEpochParticipation.getAll();
    expect(participation.every((flags) => flags === 0b111)).to.equal(true);
  });

  it("lets the execution chain name the same finalized and justified blocks", async () => {
    const { chain } = devnet;
    const hashOf = async (tag: string): Promise<Hex> =>
      (await call<{ hash: Hex }>(devnet.provider, "eth_getBlockByNumber", tag, false)).hash;
    const payloadHash = (root: Uint8Array): string =>
      toHex(chain.history.byBlockRoot(root)!.block.message.body.executionPayload.blockHash);
    expect(await hashOf("finalized")).to.equal(payloadHash(chain.finalized.root));
    expect(await hashOf("safe")).to.equal(payloadHash(chain.justified.root));
    expect(await hashOf("latest")).not.to.equal(await hashOf("safe"));
  });

  it("makes blocks that an independent replay accepts, all signatures and roots verified", () => {
    const { chain } = devnet;
    let state = withFreshCaches(stateOf(chain.history.genesis)!);
    for (let slot = 1; slot <= 2 * SLOTS_PER_EPOCH; slot++) {
      state = stateTransition(state, chain.history.atSlot(slot)!.block, {
        executionPayloadStatus: ExecutionPayloadStatus.valid,
        dataAvailabilityStatus: DataAvailabilityStatus.Available,
        verifySignatures: true,
        verifyProposer: true,
        verifyStateRoot: true,
      }) as CachedBeaconStateFulu;
    }
    expect(toHex(state.hashTreeRoot())).to.equal(chain.history.atSlot(2 * SLOTS_PER_EPOCH)!.stateRoot);
  });

  it("proves a validator of a finalized block to the root that EIP-4788 holds", async () => {
    const { chain } = devnet;
    const record = chain.checkpointRecord(chain.finalized);
    const child = chain.history.firstFrom(record.slot + 1)!;
    const timestamp = child.block.message.body.executionPayload.timestamp;
    const root = await call(
      devnet.provider,
      "eth_call",
      { to: BEACON_ROOTS_ADDRESS, data: word(timestamp) },
      "latest",
    );

    const index = 7;
    const header = ssz.phase0.BeaconBlockHeader.toView(record.header);
    const inState = createProof(record.stateNode!, {
      type: ProofType.single,
      gindex: FIRST_VALIDATOR_GINDEX + BigInt(index),
    }) as SingleProof;
    const inHeader = createProof(header.node, {
      type: ProofType.single,
      gindex: STATE_ROOT_GINDEX,
    }) as SingleProof;
    const leaf = ssz.phase0.Validator.hashTreeRoot(chain.validator(index));
    const stateRoot = fold(leaf, inState.witnesses, FIRST_VALIDATOR_GINDEX + BigInt(index));
    expect(toHex(stateRoot)).to.equal(record.stateRoot);
    expect(toHex(fold(stateRoot, inHeader.witnesses, STATE_ROOT_GINDEX))).to.equal(root);

    const forged = ssz.phase0.Validator.hashTreeRoot({ ...chain.validator(index), slashed: true });
    expect(toHex(fold(forged, inState.witnesses, FIRST_VALIDATOR_GINDEX + BigInt(index)))).not.to.equal(
      record.stateRoot,
    );
  });

  it("slashes for double proposals and for double votes, once", async () => {
    const { chain } = devnet;
    const before = chain.balanceGwei(SLASHED_AS_PROPOSER);
    devnet.slashProposer(SLASHED_AS_PROPOSER);
    devnet.slashAttester(SLASHED_AS_ATTESTER);
    await devnet.tickUntil(
      () => chain.validator(SLASHED_AS_PROPOSER).slashed && chain.validator(SLASHED_AS_ATTESTER).slashed,
    );
    expect(chain.balanceGwei(SLASHED_AS_PROPOSER)).to.be.lessThan(before);
    expect(chain.validator(SLASHED_AS_ATTESTER).withdrawableEpoch).to.be.at.least(chain.epoch + 64);
    for (const slash of [
      () => devnet.slashProposer(SLASHED_AS_PROPOSER),
      () => devnet.slashAttester(SLASHED_AS_ATTESTER),
    ]) {
      expect(slash).to.throw(/can not be slashed/);
    }
    expect(() => devnet.slashProposer(64)).to.throw(RangeError, "No validator 64: there are 64");
  });

  it("exits a validator by a signed message, when it is old enough", async () => {
    devnet.voluntaryExit(LEAVING);
    await devnet.tickBlocks(1);
    expect(devnet.chain.validator(LEAVING).exitEpoch).to.be.lessThan(Infinity);
    expect(() => devnet.voluntaryExit(LEAVING)).to.throw(/validator 12: already_exited/);
    const young = await startDevnet();
    expect(() => young.voluntaryExit(LEAVING)).to.throw(/validator 12: short_time_active/);
    await young.close();
  });

  it("keeps an exit and a slashing of one validator from spoiling the block", async () => {
    devnet.voluntaryExit(13);
    devnet.slashProposer(13);
    await devnet.tickBlocks(2);
    expect(devnet.chain.validator(13).slashed).to.equal(true);
    expect(devnet.chain.operations.voluntaryExits).to.deep.equal([]);
  });

  it("misses the slots of an offline proposer: no execution block, operations wait", async () => {
    const { chain } = devnet;
    const next = (): number => chain.state.proposerLookahead.get((devnet.slot + 1) % SLOTS_PER_EPOCH);
    // Away from the end of an epoch, where the lookahead shifts.
    await devnet.tickUntil(
      () => (devnet.slot + 1) % SLOTS_PER_EPOCH !== 0 && !chain.validator(next()).slashed,
    );
    const proposer = next();
    const numberBefore = await blockNumber();
    const head = chain.head;
    devnet.setOffline([proposer], true);
    devnet.slashAttester(20);
    await devnet.tickSlots(1);
    expect(chain.head.blockRoot).to.equal(head.blockRoot);
    expect(chain.history.atSlot(devnet.slot)?.slot).to.equal(undefined);
    expect(await blockNumber()).to.equal(numberBefore);
    expect(chain.validator(20).slashed).to.equal(false);

    devnet.setOffline([proposer], false);
    await devnet.tickBlocks(1);
    expect(chain.validator(20).slashed).to.equal(true);
    expect(chain.head.header.parentRoot).to.deep.equal(
      ssz.phase0.BeaconBlockHeader.hashTreeRoot(head.header),
    );
    expect(await blockNumber()).to.equal(numberBefore + 1);
    // Votes of the missed slot are not lost.
    expect(chain.head.block.message.body.attestations.length).to.be.at.least(2);
  });

  it("stops finalizing without a third of the stake, leaks, and recovers", async () => {
    const { chain } = devnet;
    devnet.stallFinality(true);
    const offline = chain.duties.offline;
    await devnet.tickEpochs(3);
    const { epoch } = chain.finalized;
    const before = chain.balanceGwei(offline[0]!);
    await devnet.tickEpochs(6);
    expect(chain.finalized.epoch).to.equal(epoch);
    expect(chain.state.inactivityScores.get(offline[0]!)).to.be.greaterThan(0);
    expect(chain.balanceGwei(offline[0]!)).to.be.lessThan(before);

    devnet.stallFinality(false);
    expect(chain.duties.offline).to.deep.equal([]);
    await devnet.tickUntil(() => chain.finalized.epoch >= devnet.epoch - 2, 8 * SLOTS_PER_EPOCH);
  });

  it("keeps the states that proofs need, and lets go of the old ones", async () => {
    const { chain } = devnet;
    await devnet.tickEpochs(66);
    const oldest = devnet.slot - 64 * SLOTS_PER_EPOCH;
    expect(chain.stateAt(chain.history.firstFrom(oldest)!.slot)?.slot).to.be.at.least(oldest);
    expect(chain.stateAt(chain.history.firstFrom(2 * SLOTS_PER_EPOCH)!.slot)?.slot).to.equal(
      2 * SLOTS_PER_EPOCH,
    );
    expect(chain.stateAt(2 * SLOTS_PER_EPOCH + 1)?.slot).to.equal(undefined);
    expect(chain.history.atSlot(2 * SLOTS_PER_EPOCH + 1)?.slot).to.equal(2 * SLOTS_PER_EPOCH + 1);
  });
});

/// The root that a leaf and its siblings, lowest first, lead to.
function fold(leaf: Uint8Array, witnesses: Uint8Array[], gindex: bigint): Uint8Array {
  let node = leaf;
  let position = gindex;
  for (const sibling of witnesses) {
    node = digest(position % 2n === 1n ? Buffer.concat([sibling, node]) : Buffer.concat([node, sibling]));
    position >>= 1n;
  }
  if (position !== 1n) throw new Error(`${witnesses.length} siblings do not reach the root from ${gindex}`);
  return node;
}
