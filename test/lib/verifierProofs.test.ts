import "./minimalPreset.ts";
import { createProof, ProofType, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { AbiCoder, getBytes, hexlify } from "ethers";
import { headerRoot, type BeaconHeader } from "../../scripts/lib/beaconHeader.ts";
import { GINDEX, headerOf, type BeaconStateView } from "../../scripts/lib/beaconProofs.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import {
  balanceProof,
  encodeSeedProof,
  mixProof,
  pastRootProof,
  pendingConsolidationProof,
  pendingPartialProof,
  type PastRootProof,
} from "../../scripts/lib/verifierProofs.ts";
import { randomBytes, randomState } from "./randomState.ts";
import { compileHarness, outcomeOf } from "./solidity.ts";

/** The last chunk has three balances. */
const COUNT = 299;
const CHUNK_LEVELS = 7;
/** Of the minimal preset. */
const SLOTS_PER_EPOCH = 8;
const ROOTS_PER_PERIOD = 64;
const MIXES = 64;
/** Of either list, of which the minimal preset has room for 64. */
const PENDING = 5;
const PENDING_LEVELS = 3;
/** Summaries begin with the third period; the state is of the twentieth. */
const CAPELLA_SLOT = 136;
const FIRST_PERIOD = 2;
const SUMMARIES = 17;
const SUMMARY_LEVELS = 5;

/** The project's own library behind external functions, at the places of Fulu. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {BeaconProofs} from "contracts/libraries/BeaconProofs.sol";
contract VerifierProofs__Harness {
    uint256 private constant STATE = 11 << 6;
    function balance(bytes32 root, uint256 index, bytes32 chunk, bytes32[] calldata proof) external view {
        BeaconProofs.verifyElement((STATE | 12) << 1, 38, root, index >> 2, chunk, proof);
        require(index < BeaconProofs.listLength((STATE | 12) << 1, proof));
    }
    function past(bytes32 anchor, uint256 slot, bytes32 root, bytes32[] calldata history) external view {
        uint256 index = slot / 64 - ${FIRST_PERIOD};
        BeaconProofs.verifyPastRoot((STATE | 27) << 1, 6, anchor, index, slot % 64, root, history);
    }
    function mix(bytes32 root, uint256 slot, bytes32 value, bytes32[] calldata proof) external view {
        BeaconProofs.verifyLeaf(((STATE | 13) << 6) | ((slot / 8) % 64), root, value, proof);
    }
}`;

/** Flips bit `bit` of 0x-hex. */
function flip(hex: string, bit: number): string {
  const bytes = getBytes(hex);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return hexlify(bytes);
}

function witnesses(state: BeaconStateView, gindex: bigint): string[] {
  const proof = createProof(state.node, { type: ProofType.single, gindex }) as SingleProof;
  return proof.witnesses.map((witness) => hexlify(witness));
}

describe("verifier proofs", () => {
  let state: BeaconStateView;
  let header: BeaconHeader;
  let root: string;
  const periods = Array.from({ length: SUMMARIES }, (_, p) =>
    Array.from({ length: ROOTS_PER_PERIOD }, (_, i) => hexlify(randomBytes(`period ${p} root ${i}`, 32))),
  );

  before(() => {
    const fresh = randomState(COUNT, "verifier");
    for (const [p, roots] of periods.entries()) {
      fresh.historicalSummaries.push(
        ssz.capella.HistoricalSummary.toViewDU({
          blockSummaryRoot: ssz.phase0.HistoricalBlockRoots.hashTreeRoot(roots.map((r) => getBytes(r))),
          stateSummaryRoot: randomBytes(`states ${p}`, 32),
        }),
      );
    }
    for (let i = 0; i < PENDING; i++) {
      const amount = 10n ** 9n + BigInt(i);
      fresh.pendingPartialWithdrawals.push(
        ssz.electra.PendingPartialWithdrawal.toViewDU({
          validatorIndex: 40 + i,
          amount,
          withdrawableEpoch: 900 + i,
        }),
      );
      fresh.pendingConsolidations.push(
        ssz.electra.PendingConsolidation.toViewDU({ sourceIndex: 60 + i, targetIndex: 80 + i }),
      );
    }
    for (let i = 0; i < MIXES; i++) fresh.randaoMixes.set(i, randomBytes(`mix ${i}`, 32));
    fresh.commit();
    // Through bytes, as a keeper gets it from a node.
    state = ssz.fulu.BeaconState.deserializeToViewDU(fresh.serialize());
    header = headerOf(state);
    root = headerRoot(header);
  });

  const pastRoot = (
    slot: number,
    blockRoots = periods[Math.floor(slot / ROOTS_PER_PERIOD) - FIRST_PERIOD]!,
  ) => pastRootProof(state, header, { slot, capellaSlot: CAPELLA_SLOT, blockRoots });

  it("of balances are a classical branch without the hashes of empty levels", () => {
    for (const index of [0, 3, 4, 137, COUNT - 1]) {
      const { chunk, proof, balanceGwei } = balanceProof(state, header, index);
      expect(balanceGwei).to.equal(BigInt(32e9 + index));
      expect(proof).to.have.length(CHUNK_LEVELS + 10);
      const place = BigInt(Math.floor(index / 4));
      const reference = witnesses(state, ((GINDEX.balances * 2n) << 38n) + place);
      expect(proof.slice(0, CHUNK_LEVELS)).to.deep.equal(reference.slice(0, CHUNK_LEVELS));
      expect(proof.slice(CHUNK_LEVELS, -3)).to.deep.equal(reference.slice(38));
      const balances = new DataView(getBytes(chunk).buffer);
      expect(balances.getBigUint64(8 * (index % 4), true)).to.equal(balanceGwei);
    }
  });

  it("of what is pending are a classical branch without the hashes of empty levels", () => {
    for (let i = 0; i < PENDING; i++) {
      const partial = pendingPartialProof(state, header, 40 + i);
      expect(partial.pending).to.deep.equal({
        place: i,
        validatorIndex: 40 + i,
        amountGwei: 10n ** 9n + BigInt(i),
        withdrawableEpoch: 900 + i,
      });
      const merger = pendingConsolidationProof(state, header, 60 + i);
      expect(merger.pending).to.deep.equal({ place: i, source: 60 + i, target: 80 + i });
      for (const [list, { proof }] of [
        [GINDEX.pendingPartials, partial],
        [GINDEX.pendingConsolidations, merger],
      ] as const) {
        const reference = witnesses(state, ((list * 2n) << 6n) + BigInt(i));
        expect(proof).to.have.length(PENDING_LEVELS + 10);
        expect(proof.slice(0, PENDING_LEVELS)).to.deep.equal(reference.slice(0, PENDING_LEVELS));
        expect(proof.slice(PENDING_LEVELS, -3)).to.deep.equal(reference.slice(6));
      }
    }
    // of two the larger
    const twice = ssz.fulu.BeaconState.deserializeToViewDU(state.serialize());
    for (const amount of [5n * 10n ** 9n, 2n]) {
      twice.pendingPartialWithdrawals.push(
        ssz.electra.PendingPartialWithdrawal.toViewDU({ validatorIndex: 41, amount, withdrawableEpoch: 950 }),
      );
    }
    twice.commit();
    expect(pendingPartialProof(twice, headerOf(twice), 41).pending.place).to.equal(PENDING);
    expect(() => pendingPartialProof(state, header, 39)).to.throw(
      FatalError,
      "of validator 39 is on its way",
    );
    expect(() => pendingConsolidationProof(state, header, 80)).to.throw(FatalError, "of validator 80 is");
  });

  it("of past roots go through the summary of the slot's period", () => {
    for (const slot of [2 * 64, 136, 3 * 64 - 1, 900, (FIRST_PERIOD + SUMMARIES) * 64 - 1]) {
      const period = Math.floor(slot / 64) - FIRST_PERIOD;
      const { root: past, history } = pastRoot(slot);
      expect(past).to.equal(periods[period]![slot % 64]);
      expect(history).to.have.length(6 + 1 + SUMMARY_LEVELS + 10);
      const roots = ssz.phase0.HistoricalBlockRoots.toViewDU(periods[period]!.map((r) => getBytes(r)));
      const inside = createProof(roots.node, {
        type: ProofType.single,
        gindex: BigInt(64 + (slot % 64)),
      }) as SingleProof;
      expect(history.slice(0, 6)).to.deep.equal(inside.witnesses.map((w) => hexlify(w)));
      expect(history[6]).to.equal(hexlify(randomBytes(`states ${period}`, 32)));
      const above = witnesses(state, ((GINDEX.historicalSummaries * 2n) << 24n) + BigInt(period));
      expect(history.slice(7, 7 + SUMMARY_LEVELS)).to.deep.equal(above.slice(0, SUMMARY_LEVELS));
      expect(history.slice(7 + SUMMARY_LEVELS, -3)).to.deep.equal(above.slice(24));
    }
  });

  it("of mixes are of the block's own epoch, round the vector", () => {
    const entry = Math.floor(1234 / SLOTS_PER_EPOCH) % MIXES;
    expect(entry).to.equal(26);
    const { blockSlot, slotProof, mix, mixProof: proof } = mixProof(state, header, SLOTS_PER_EPOCH);
    expect(blockSlot).to.equal(1234);
    expect(slotProof).to.have.length(3);
    expect(mix).to.equal(hexlify(randomBytes("mix 26", 32)));
    expect(proof.slice(0, -3)).to.deep.equal(witnesses(state, 77n * 64n + BigInt(entry)));
    // an entry in the upper half, as with the epochs of mainnet
    expect(mixProof(state, header, 32).mix).to.equal(hexlify(randomBytes("mix 38", 32)));
  });

  it("are encoded for the source of randomness field by field", () => {
    const proof = mixProof(state, header, SLOTS_PER_EPOCH);
    const type = "tuple(uint64 a,uint64 b,bytes32[] c,bytes32 d,bytes32[] e)";
    const [decoded] = AbiCoder.defaultAbiCoder().decode([type], encodeSeedProof(1_700_014_820, proof));
    expect((decoded as { toArray(deep: boolean): unknown[] }).toArray(true)).to.deep.equal([
      1_700_014_820n,
      1234n,
      proof.slotProof,
      proof.mix,
      proof.mixProof,
    ]);
  });

  it("refuse what the state does not have, and roots that it does not summarise", () => {
    for (const index of [COUNT, -1, 0.5]) {
      expect(() => balanceProof(state, header, index)).to.throw(FatalError, `no balance ${index} in a state`);
    }
    for (const slot of [127, (FIRST_PERIOD + SUMMARIES) * 64, 200.5]) {
      expect(() => pastRoot(slot, periods[0])).to.throw(FatalError, `no summary of slot ${slot}`);
    }
    expect(() => pastRoot(900, periods[0])).to.throw(FatalError, "block roots of period 14 lead to");
    expect(() => pastRoot(900, periods[0]!.slice(1))).to.throw(FatalError, "has 64 block roots, not 63");
  });

  it("refuse a header of another state, and another fork's state", () => {
    const other = headerOf(randomState(9, "other"));
    const deneb = ssz.deneb.BeaconState.defaultViewDU() as unknown as BeaconStateView;
    const blockRoots = periods[0]!;
    for (const [of, at, words] of [
      [state, other, "commits to state"],
      [deneb, header, "not a state of Electra or Fulu"],
    ] as const) {
      expect(() => balanceProof(of, at, 1)).to.throw(FatalError, words);
      expect(() => mixProof(of, at, SLOTS_PER_EPOCH)).to.throw(FatalError, words);
      expect(() => pastRootProof(of, at, { slot: 136, capellaSlot: CAPELLA_SLOT, blockRoots })).to.throw(
        FatalError,
        words,
      );
    }
  });

  it("are accepted by the contracts' own library, and refused there with anything changed", async () => {
    const contract = await (await compileHarness(SOURCE))("VerifierProofs__Harness");
    const call = (name: string, ...args: unknown[]) => outcomeOf(contract, name, root, ...args);
    const past = (p: PastRootProof) => call("past", p.slot, p.root, p.history);
    const wrong = ["ProofInvalid", "IndexOutOfOrder", "WrongProofLength"];

    const { index, chunk, proof } = balanceProof(state, header, COUNT - 1);
    expect(await call("balance", index, chunk, proof)).to.equal("ok");
    expect(await call("balance", index, flip(chunk, 77), proof)).to.equal("ProofInvalid");
    expect(await call("balance", index - 4, chunk, proof)).to.equal("ProofInvalid");
    for (const [i, hash] of proof.entries()) {
      const mutated = proof.with(i, flip(hash, i * 9));
      expect(await call("balance", index, chunk, mutated), `hash ${i}`).to.equal("ProofInvalid");
    }
    expect(await call("balance", index, chunk, proof.slice(1))).to.be.oneOf(wrong);

    const old = pastRoot(900);
    expect(await past(old)).to.equal("ok");
    expect(await past({ ...old, slot: 901 })).to.equal("ProofInvalid");
    expect(await past({ ...old, slot: 900 + 64 })).to.equal("ProofInvalid");
    expect(await past({ ...old, root: pastRoot(901).root })).to.equal("ProofInvalid");
    for (const [i, hash] of old.history.entries()) {
      const mutated = { ...old, history: old.history.with(i, flip(hash, i * 9)) };
      expect(await past(mutated), `hash ${i}`).to.equal("ProofInvalid");
    }
    expect(await past({ ...old, history: old.history.slice(0, -1) })).to.be.oneOf(wrong);

    const mix = mixProof(state, header, SLOTS_PER_EPOCH);
    expect(await call("mix", 1234, mix.mix, mix.mixProof)).to.equal("ok");
    expect(await call("mix", 1240, mix.mix, mix.mixProof)).to.equal("ProofInvalid");
    expect(await call("mix", 1234, flip(mix.mix, 3), mix.mixProof)).to.equal("ProofInvalid");
    expect(await call("mix", 1234, mix.mix, mix.mixProof.slice(1))).to.equal("WrongProofLength");
  });
});
