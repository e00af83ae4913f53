import "./minimalPreset.ts";
import { createProof, ProofType, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import { headerRoot } from "../../scripts/lib/beaconHeader.ts";
import {
  committedTree,
  finalityProof,
  GINDEX,
  headerOf,
  slotProof,
  validatorProof,
  type BeaconStateView,
  type ValidatorProof,
} from "../../scripts/lib/beaconProofs.ts";
import {
  validatorRoot,
  verifyFinalityProof,
  verifySlotProof,
  verifyValidatorProof,
} from "../../scripts/lib/beaconProofVerifier.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import { hashPair } from "../../scripts/lib/merkle.ts";
import { StateBytes } from "../../scripts/lib/stateBytes/stateBytes.ts";
import { FAR_FUTURE_EPOCH } from "../../scripts/lib/units.ts";
import { randomState } from "./randomState.ts";
import { compileHarness, outcomeOf } from "./solidity.ts";

const COUNT = 300;

/** The project's own library behind external functions. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {BeaconProofs} from "contracts/libraries/BeaconProofs.sol";
import {BeaconValidator} from "contracts/types/BeaconValidator.sol";
contract BeaconProofs__Harness {
    function validators(bytes32 root, uint256[] calldata indices, BeaconValidator[] calldata v, bytes32[] calldata proof)
        external view { BeaconProofs.verifyValidators(root, indices, v, proof); }
    function finalized(bytes32 root, uint64 epoch, bytes32[] calldata proof)
        external view { BeaconProofs.verifyFinalizedEpoch(root, epoch, proof); }
    function slot(bytes32 root, uint64 slot_, bytes32[] calldata proof)
        external view { BeaconProofs.verifySlot(root, slot_, proof); }
}`;

/** Flips bit `bit` (counted from the last bit of the last byte) of 0x-hex. */
function flip(hex: string, bit: number): string {
  const bytes = getBytes(hex);
  bytes[bytes.length - 1 - (bit >> 3)]! ^= 1 << (bit & 7);
  return hexlify(bytes);
}

const bytesOf = (state: BeaconStateView) => new StateBytes(ssz.fulu.BeaconState, state.serialize());

describe("beacon proofs", () => {
  let state: BeaconStateView;
  let header: ReturnType<typeof headerOf>;
  let root: string;
  before(() => {
    // Through bytes, as a keeper gets it from a node.
    state = ssz.fulu.BeaconState.deserializeToViewDU(randomState(COUNT).serialize());
    header = headerOf(state);
    root = headerRoot(header);
  });

  it("take the header whose state root is the state's own", () => {
    expect(header.stateRoot).to.equal(hexlify(state.hashTreeRoot()));
    const value = ssz.phase0.BeaconBlockHeader.fromJson({
      slot: String(header.slot),
      proposer_index: String(header.proposerIndex),
      parent_root: header.parentRoot,
      state_root: header.stateRoot,
      body_root: header.bodyRoot,
    });
    expect(root).to.equal(hexlify(ssz.phase0.BeaconBlockHeader.hashTreeRoot(value)));
  });

  it("have the generalized indices of the specification, in a header too", () => {
    expect(GINDEX.firstValidator).to.equal(164_926_744_166_400n);
    expect(ssz.phase0.BeaconBlockHeader.getPathInfo(["stateRoot"]).gindex).to.equal(11n);
    expect(ssz.phase0.BeaconBlockHeader.getPathInfo(["slot"]).gindex).to.equal(8n);
    // The whole way from the block root, as a contract counts it: header 11, then the state's own index.
    expect((11n << 47n) | (11n << 41n)).to.equal(1_572_301_627_719_680n);
    expect((11n << 47n) | (GINDEX.firstValidator - (1n << 47n))).to.equal(1_572_301_627_719_680n);
  });

  it("for one validator are a classical branch without the hashes of empty levels", () => {
    const levels = Math.ceil(Math.log2(COUNT));
    let empty: Uint8Array = new Uint8Array(32);
    const known = Array.from({ length: 40 }, () => {
      const root = hexlify(empty);
      empty = hashPair(empty, empty);
      return root;
    });
    for (const index of [0, 1, 137, COUNT - 1]) {
      const { proof, validators } = validatorProof(state, header, [index]);
      expect(proof).to.have.length(levels + 10);
      const reference = createProof(state.node, {
        type: ProofType.single,
        gindex: GINDEX.firstValidator + BigInt(index),
      }) as SingleProof;
      const branch = [...proof.slice(0, levels), ...known.slice(levels), ...proof.slice(levels, -3)];
      expect(branch).to.deep.equal(reference.witnesses.map((w) => hexlify(w)));
      expect(hexlify(validatorRoot(validators[0]!))).to.equal(hexlify(reference.leaf));
      expect(verifyValidatorProof(root, { indices: [index], validators, proof })).to.equal(true);
    }
  });

  it("carry the validator's fields, never = 2^64 - 1", () => {
    const indices = [...Array(COUNT).keys()];
    const { validators } = validatorProof(state, header, indices);
    let never = 0;
    for (const [i, validator] of validators.entries()) {
      const value = state.validators.getReadonly(i);
      expect(validator.pubkey).to.equal(hexlify(value.pubkey));
      expect(validator.withdrawalCredentials).to.equal(hexlify(value.withdrawalCredentials));
      expect([validator.effectiveBalanceGwei, validator.slashed]).to.deep.equal([
        BigInt(value.effectiveBalance),
        value.slashed,
      ]);
      for (const name of [
        "activationEligibilityEpoch",
        "activationEpoch",
        "exitEpoch",
        "withdrawableEpoch",
      ] as const) {
        if (value[name] === Infinity) never++;
        expect(validator[name]).to.equal(value[name] === Infinity ? FAR_FUTURE_EPOCH : BigInt(value[name]));
      }
      expect(hexlify(validatorRoot(validator))).to.equal(hexlify(value.hashTreeRoot()));
    }
    expect(never).to.be.greaterThan(100);
  });

  const SETS: [string, number[], number][] = [
    ["neighbours", [4, 5], 18],
    ["two that are cousins", [5, 6], 19],
    ["two far apart", [5, 10], 21],
    ["16 adjacent and aligned", Array.from({ length: 16 }, (_, i) => 64 + i), 15],
    ["16 adjacent, not aligned", Array.from({ length: 16 }, (_, i) => 71 + i), -1],
    ["first and last", [0, COUNT - 1], -1],
    ["64 spread", Array.from({ length: 64 }, (_, i) => i * 4 + (i % 3)), -1],
    ["all", [...Array(COUNT).keys()], -1],
  ];
  for (const [name, indices, hashes] of SETS) {
    it(`hold for many validators: ${name}`, () => {
      const proof = validatorProof(state, header, indices);
      if (hashes > 0) expect(proof.proof).to.have.length(hashes);
      expect(verifyValidatorProof(root, proof)).to.equal(true);
      // No shorter and no longer: the shape follows from the indices.
      expect(verifyValidatorProof(root, { ...proof, proof: proof.proof.slice(1) })).to.equal(false);
      expect(verifyValidatorProof(root, { ...proof, proof: proof.proof.slice(0, -1) })).to.equal(false);
      expect(verifyValidatorProof(root, { ...proof, proof: [...proof.proof, proof.proof[0]!] })).to.equal(
        false,
      );
    });
  }

  it("fail for every flipped bit of sampled hashes and for a bit in each hash", () => {
    const proof = validatorProof(state, header, [3, 4, 120, 121, 299]);
    const fails = (i: number, bit: number) => {
      const changed = { ...proof, proof: proof.proof.with(i, flip(proof.proof[i]!, bit)) };
      expect(verifyValidatorProof(root, changed), `hash ${i}, bit ${bit}`).to.equal(false);
    };
    const last = proof.proof.length - 1;
    for (const i of [0, 7, last - 9, last - 3, last]) for (let bit = 0; bit < 256; bit++) fails(i, bit);
    for (let i = 0; i <= last; i++) fails(i, (i * 37) % 256);
  });

  it("fail for a changed field, another index, another root, and fields that changed places", () => {
    const proof = validatorProof(state, header, [10, 200]);
    const [first, second] = proof.validators as [
      ValidatorProof["validators"][0],
      ValidatorProof["validators"][0],
    ];
    const lies: Partial<typeof first>[] = [
      { slashed: !first.slashed },
      { pubkey: flip(first.pubkey, 0) },
      { pubkey: flip(first.pubkey, 383) },
      { withdrawalCredentials: flip(first.withdrawalCredentials, 250) },
      { effectiveBalanceGwei: first.effectiveBalanceGwei + 1n },
      { activationEligibilityEpoch: first.activationEligibilityEpoch ^ 1n },
      { activationEpoch: first.activationEpoch ^ 1n },
      { exitEpoch: first.exitEpoch ^ (1n << 63n) },
      { withdrawableEpoch: first.withdrawableEpoch ^ 1n },
    ];
    for (const lie of lies) {
      expect(
        verifyValidatorProof(root, { ...proof, validators: [{ ...first, ...lie }, second] }),
        Object.keys(lie)[0],
      ).to.equal(false);
    }
    for (const indices of [
      [11, 200],
      [10, 201],
      [10, 202],
      [200, 10],
      [10, 10],
      [10],
      [10, 200, 201],
      [-1, 200],
      [10, 2 ** 40 + 200],
    ]) {
      expect(verifyValidatorProof(root, { ...proof, indices }), String(indices)).to.equal(false);
    }
    expect(verifyValidatorProof(root, { ...proof, validators: [second, first] })).to.equal(false);
    expect(verifyValidatorProof(flip(root, 3), proof)).to.equal(false);
    expect(verifyValidatorProof(header.stateRoot, proof)).to.equal(false);
    expect(verifyValidatorProof(root, { indices: [], validators: [], proof: [] })).to.equal(false);
  });

  it("do not carry a forged validator along at an index given twice", () => {
    const { validators, proof } = validatorProof(state, header, [10]);
    const forged = { ...validators[0]!, slashed: !validators[0]!.slashed };
    // Each level takes a sibling for either copy; only the first would reach the root.
    const doubled = [...proof.slice(0, 40).flatMap((hash) => [hash, hash]), ...proof.slice(40)];
    const lie = { indices: [10, 10], validators: [validators[0]!, forged], proof: doubled };
    expect(verifyValidatorProof(root, lie)).to.equal(false);
  });

  it("do not hold at an index beyond the list, whose low bits are those of a validator", () => {
    const proof = validatorProof(state, header, [10]);
    expect(verifyValidatorProof(root, proof)).to.equal(true);
    expect(verifyValidatorProof(root, { ...proof, indices: [2 ** 40 + 10] })).to.equal(false);
    expect(verifyValidatorProof(root, { ...proof, indices: [10.5] })).to.equal(false);
  });

  it("prove the finalized epoch in 10 hashes", () => {
    const proof = finalityProof(bytesOf(state), header);
    expect(proof.epoch).to.equal(152);
    expect(proof.proof).to.have.length(10);
    const reference = createProof(state.node, { type: ProofType.single, gindex: 168n }) as SingleProof;
    expect(proof.proof.slice(0, 7)).to.deep.equal(reference.witnesses.map((w) => hexlify(w)));
    expect(proof.proof[0]).to.equal(hexlify(state.finalizedCheckpoint.root));
    expect(verifyFinalityProof(root, proof)).to.equal(true);
    expect(verifyFinalityProof(root, { ...proof, epoch: 153 })).to.equal(false);
    for (let i = 0; i < 10; i++) {
      expect(
        verifyFinalityProof(root, { ...proof, proof: proof.proof.with(i, flip(proof.proof[i]!, i * 25)) }),
      ).to.equal(false);
    }
    expect(verifyFinalityProof(root, { ...proof, proof: proof.proof.slice(0, 9) })).to.equal(false);
  });

  it("prove the slot of a block in 3 hashes", () => {
    const proof = slotProof(header);
    expect(proof.slot).to.equal(1234);
    expect(proof.proof).to.have.length(3);
    expect(verifySlotProof(root, proof)).to.equal(true);
    expect(verifySlotProof(root, { ...proof, slot: 1235 })).to.equal(false);
    for (let i = 0; i < 3; i++) {
      expect(
        verifySlotProof(root, { ...proof, proof: proof.proof.with(i, flip(proof.proof[i]!, 100)) }),
      ).to.equal(false);
    }
  });

  it("see changes of the state that were not yet committed", () => {
    const fresh = randomState(8, "fresh");
    fresh.validators.get(3).slashed = true;
    const open = headerOf(fresh);
    const proof = validatorProof(fresh, open, [3]);
    expect(proof.validators[0]!.slashed).to.equal(true);
    expect(verifyValidatorProof(headerRoot(open), proof)).to.equal(true);
  });

  it("refuse a header of another state and a state past its last block", () => {
    const other = headerOf(randomState(9, "other"));
    expect(() => validatorProof(state, other, [0])).to.throw(FatalError, "commits to state");
    expect(() => finalityProof(bytesOf(state), other)).to.throw(FatalError, "commits to state");
    const later = randomState(4, "later");
    later.slot = 1235;
    expect(() => headerOf(later)).to.throw(FatalError, "past its last block");
  });

  it("refuse validators that are not there, repeats, disorder and nobody", () => {
    for (const [indices, words] of [
      [[COUNT], "no validator 300"],
      [[-1], "no validator -1"],
      [[0.5], "no validator"],
      [[2, 2], "strictly increase"],
      [[2, 1], "strictly increase"],
      [[], "no validator proves"],
    ] as [number[], string][]) {
      expect(() => validatorProof(state, header, indices), String(indices)).to.throw(FatalError, words);
    }
  });

  it("refuse the layout of another fork by name", () => {
    const deneb = ssz.deneb.BeaconState.defaultViewDU() as unknown as BeaconStateView;
    expect(() => validatorProof(deneb, header, [0])).to.throw(
      FatalError,
      "not a state of Electra or Fulu: validators has generalized index 43",
    );
    const gloas = ssz.gloas.BeaconState.defaultViewDU() as unknown as BeaconStateView;
    expect(() => validatorProof(gloas, header, [0])).to.throw(FatalError, "not a state of Electra or Fulu");
    const electra = ssz.electra.BeaconState.defaultViewDU() as unknown as BeaconStateView;
    expect(committedTree(electra, headerOf(electra))).to.equal(electra.node);
  });

  it("are accepted by the contracts' own library, and refused there where they are refused here", async () => {
    const contract = await (await compileHarness(SOURCE))("BeaconProofs__Harness");
    const call = (name: string, ...args: unknown[]) => outcomeOf(contract, name, root, ...args);
    const validators = ({ indices, validators, proof }: ValidatorProof) =>
      call(
        "validators",
        indices,
        validators.map((v) => Object.values(v) as unknown[]),
        proof,
      );
    for (const [name, indices] of SETS) {
      if (indices.length > 64) continue; // beyond the gas of one transaction
      const proof = validatorProof(state, header, indices);
      expect(await validators(proof), name).to.equal("ok");
      expect(await validators({ ...proof, proof: proof.proof.with(0, flip(proof.proof[0]!, 9)) })).to.equal(
        "ProofInvalid",
      );
      // the length says how many levels the list fills: another one leads elsewhere, or past the index
      const refusals = ["ProofInvalid", "IndexOutOfOrder", "WrongProofLength"];
      expect(await validators({ ...proof, proof: proof.proof.slice(1) })).to.be.oneOf(refusals);
      expect(await validators({ ...proof, proof: [...proof.proof, root] })).to.be.oneOf(refusals);
    }
    const finality = finalityProof(bytesOf(state), header);
    expect(await call("finalized", finality.epoch, finality.proof)).to.equal("ok");
    expect(await call("finalized", finality.epoch + 1, finality.proof)).to.equal("ProofInvalid");
    const slot = slotProof(header);
    expect(await call("slot", slot.slot, slot.proof)).to.equal("ok");
    expect(await call("slot", slot.slot + 1, slot.proof)).to.equal("ProofInvalid");
  });
});
