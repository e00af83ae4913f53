import "./minimalPreset.ts";
import { createProof, ProofType, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { dataLength, getBytes, hexlify, type BaseContract } from "ethers";
import { balancesBytes, balancesGas, batches } from "../../scripts/actions/balanceBatches.ts";
import { headerRoot, type BeaconHeader } from "../../scripts/lib/beaconHeader.ts";
import { GINDEX, headerOf, type BeaconStateView } from "../../scripts/lib/beaconProofs.ts";
import {
  balancesProof,
  depositHead,
  depositsProof,
  frontierProof,
  pendingDeposits,
  walkProof,
} from "../../scripts/lib/checkpointProofs.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import { BalanceCheckpoint__factory } from "../../typechain-types/index.js";
import { randomBytes, randomState } from "./randomState.ts";
import { compileHarness, outcomeOf } from "./solidity.ts";

const COUNT = 299;
const PENDING = 11;

/** The project's own libraries behind external functions, at the places of Fulu. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {BeaconProofs} from "contracts/libraries/BeaconProofs.sol";
import {PendingDeposits} from "contracts/libraries/PendingDeposits.sol";
import {PendingDeposit, PendingDepositHead} from "contracts/types/PendingDeposit.sol";
contract CheckpointProofs__Harness {
    uint256 private constant STATE = 11 << 6;
    function balances(bytes32 root, uint256[] memory places, bytes32[] memory chunks, bytes32[] calldata proof)
        external view
    {
        BeaconProofs.verifyElements((STATE | 12) << 1, 38, root, places, chunks, proof);
    }
    function deposits(bytes32 root, uint256[] memory places, PendingDeposit[] calldata d, bytes32[] calldata proof)
        external view
    {
        bytes32[] memory leaves = new bytes32[](d.length);
        for (uint256 i = 0; i < d.length; ++i) leaves[i] = PendingDeposits.rootOf(d[i]);
        BeaconProofs.verifyElements((STATE | 34) << 1, 27, root, places, leaves, proof);
    }
    function walk(bytes32 root, uint256 first, PendingDepositHead[] calldata d, bytes32[] calldata proof)
        external view
    {
        uint256 size = d.length > 0 ? d.length : 1;
        bytes32[] memory leaves = new bytes32[](size);
        uint256[] memory places = new uint256[](size);
        for (uint256 i = 0; i < d.length; ++i) (places[i], leaves[i]) = (first + i, PendingDeposits.rootOf(d[i]));
        BeaconProofs.verifyElements((STATE | 34) << 1, 27, root, places, leaves, proof);
    }
}`;

describe("checkpoint proofs", () => {
  let state: BeaconStateView;
  let empty: BeaconStateView;
  let header: BeaconHeader;
  let root: string;
  let harness: BaseContract;

  before(async function () {
    this.timeout(120_000);
    const fresh = randomState(COUNT, "checkpoint");
    empty = ssz.fulu.BeaconState.deserializeToViewDU(fresh.serialize());
    const living = fresh.validators.getAllReadonlyValues().findIndex((v) => v.exitEpoch === Infinity);
    const leaving = fresh.validators.getAllReadonlyValues().findIndex((v) => v.exitEpoch !== Infinity);
    for (let i = 0; i < PENDING; i++) {
      const owner = i === 6 ? living : i === 2 || i === 4 ? leaving : undefined;
      fresh.pendingDeposits.push(
        ssz.electra.PendingDeposit.toViewDU({
          pubkey:
            owner === undefined ? randomBytes(`pubkey ${i}`, 48) : fresh.validators.getReadonly(owner).pubkey,
          withdrawalCredentials: randomBytes(`credentials ${i}`, 32),
          amount: 32e9 + i,
          signature: randomBytes(`signature ${i}`, 96),
          slot: 100 + i,
        }),
      );
    }
    // excess balance, which the beacon chain queues itself
    const d = { pubkey: fresh.validators.getReadonly(living).pubkey, amount: 1, slot: 0 };
    fresh.pendingDeposits.set(
      5,
      ssz.electra.PendingDeposit.toViewDU({
        ...d,
        withdrawalCredentials: randomBytes("credentials", 32),
        signature: randomBytes("signature", 96),
      }),
    );
    fresh.commit();
    state = ssz.fulu.BeaconState.deserializeToViewDU(fresh.serialize());
    header = headerOf(state);
    root = headerRoot(header);
    harness = await (await compileHarness(SOURCE))("CheckpointProofs__Harness");
  });

  it("of balances hold for clusters, singles and the end of the list", async () => {
    for (const indices of [
      [0],
      [298],
      [0, 1, 2, 3],
      [3, 4],
      [7, 100, 101, 102, 103, 200, 298],
      [5, 298, 299, 400],
    ]) {
      const { chunks, proof } = balancesProof(state, header, indices);
      const places = [...new Set(indices.filter((i) => i < COUNT).map((i) => i >> 2))];
      expect(chunks).to.have.length(places.length);
      expect(await outcomeOf(harness, "balances", root, places, chunks, proof)).to.equal("ok");
      for (const index of indices.filter((i) => i < COUNT)) {
        const chunk = new DataView(getBytes(chunks[places.indexOf(index >> 2)]!).buffer);
        expect(chunk.getBigUint64(8 * (index % 4), true)).to.equal(BigInt(32e9 + index));
      }
      expect(await outcomeOf(harness, "balances", root, places, chunks, proof.slice(1))).not.to.equal("ok");
    }
    expect(balancesProof(state, header, [299, 300]).chunks).to.have.length(1);
  });

  it("of balances refuse other indices, and headers of other states", () => {
    for (const indices of [[], [3, 3], [4, 3], [-1], [0.5]]) {
      expect(() => balancesProof(state, header, indices), String(indices)).to.throw(FatalError);
    }
    expect(() => balancesProof(empty, header, [1])).to.throw(FatalError);
  });

  it("of pending deposits hold at any places", async () => {
    for (const positions of [[0], [10], [0, 1, 2], [2, 6, 10]]) {
      const { deposits, proof } = depositsProof(state, header, positions);
      expect(deposits.map(({ slot }) => slot)).to.deep.equal(positions.map((i) => 100 + i));
      expect(await outcomeOf(harness, "deposits", root, positions, deposits, proof)).to.equal("ok");
      const other = deposits.map((d, i) => (i === 0 ? { ...d, amountGwei: d.amountGwei + 1n } : d));
      expect(await outcomeOf(harness, "deposits", root, positions, other, proof)).to.equal("ProofInvalid");
    }
    expect(() => depositsProof(state, header, [11])).to.throw(FatalError, "no pending deposit 11");
  });

  it("of a walk hold from any place, to the end of the list", async () => {
    for (const [first, count, shown] of [
      [0, 3, 3],
      [3, 100, 8],
      [10, 1, 1],
    ] as const) {
      const walk = walkProof(state, header, first, count);
      expect(walk.heads).to.have.length(shown);
      expect(await outcomeOf(harness, "walk", root, first, walk.heads, walk.proof)).to.equal("ok");
      expect(await outcomeOf(harness, "walk", root, first + 1, walk.heads, walk.proof)).not.to.equal("ok");
    }
    expect(() => walkProof(state, header, 11, 1)).to.throw(FatalError);
  });

  it("of a walk show that a list is empty", async () => {
    const own = headerOf(empty);
    const { first, heads, proof } = walkProof(empty, own, 0, 5);
    expect(heads).to.have.length(0);
    expect(await outcomeOf(harness, "walk", headerRoot(own), first, heads, proof)).to.equal("ok");
    expect(await outcomeOf(harness, "walk", root, first, heads, proof)).to.equal("ProofInvalid");
  });

  it("of the frontier take the first deposit whose validator does not exit, and has a slot", () => {
    const found = frontierProof(state, header, 110)!;
    expect(found.position).to.equal(6);
    expect(found.head).to.deep.equal(depositHead(pendingDeposits(state)[6]!));
    expect(found.validator.pubkey).to.equal(pendingDeposits(state)[6]!.pubkey);
    expect(frontierProof(state, header, 105)).to.equal(undefined);
    const reference = createProof(state.node, {
      type: ProofType.single,
      gindex: ((GINDEX.pendingDeposits * 2n) << 27n) + 6n,
    }) as SingleProof;
    expect(found.proof.slice(0, 4)).to.deep.equal(reference.witnesses.slice(0, 4).map((w) => hexlify(w)));
  });

  it("heads are what Lodestar hashes", () => {
    for (const d of pendingDeposits(state)) {
      const head = depositHead(d);
      expect(head.pubkeyRoot).to.equal(hexlify(ssz.BLSPubkey.hashTreeRoot(getBytes(d.pubkey))));
      expect(head.slot).to.equal(d.slot);
    }
  });

  it("are halved until a batch fits", () => {
    const prove = (part: readonly number[]) => balancesProof(state, header, part);
    const indices = Array.from({ length: 90 }, (_, i) => 3 * i);
    const parts = batches(indices, prove, { gas: 200_000 });
    expect(parts.flatMap((part) => part.indices)).to.deep.equal(indices);
    expect(parts.length).to.be.greaterThan(2);
    for (const part of parts) expect(balancesGas(part)).to.be.at.most(200_000);
    expect(batches(indices, prove)).to.have.length(1);
    expect(batches([], prove)).to.have.length(0);
  });

  it("are halved until a batch has few enough bytes, which are those of its calldata", () => {
    const prove = (part: readonly number[]) => balancesProof(state, header, part);
    const indices = Array.from({ length: 90 }, (_, i) => 3 * i);
    const parts = batches(indices, prove, { bytes: 3_000 });
    expect(parts.flatMap((part) => part.indices)).to.deep.equal(indices);
    const abi = BalanceCheckpoint__factory.createInterface();
    for (const { indices: of, chunks, proof } of parts) {
      const calldata = dataLength(abi.encodeFunctionData("showBalances", [1n, of, chunks, proof]));
      expect(balancesBytes({ indices: of, chunks, proof })).to.equal(calldata);
      expect(calldata).to.be.at.most(3_000);
    }
    expect(parts.length).to.be.lessThan(16);
  });
});
