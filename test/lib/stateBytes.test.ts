import "./minimalPreset.ts";
import { createProof, ProofType, type SingleProof } from "@chainsafe/persistent-merkle-tree";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { hexlify } from "ethers";
import { beaconFigures } from "../../scripts/actions/beaconBalance.ts";
import { openState } from "../../scripts/lib/beaconState.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import { Records } from "../../scripts/lib/stateBytes/records.ts";
import { StateBytes } from "../../scripts/lib/stateBytes/stateBytes.ts";
import { randomBytes, randomState } from "./randomState.ts";

const type = ssz.fulu.BeaconState;
const open = (state: { serialize(): Uint8Array }) => new StateBytes(type, state.serialize());

/** A state in which every list and vector holds something, `count` of what may be many. */
function filledState(count: number) {
  const state = randomState(count, `filled ${count}`);
  const hash = (label: string) => randomBytes(`${count} ${label}`, 32);
  const times = (of: (i: number) => void) => Array.from({ length: count }, (_, i) => of(i));
  times((i) => {
    state.previousEpochParticipation.push(i % 8);
    state.currentEpochParticipation.push((i * 3) % 8);
    state.inactivityScores.push(i * 1_000_003);
    state.historicalRoots.push(hash(`root ${i}`));
    state.historicalSummaries.push(
      ssz.capella.HistoricalSummary.toViewDU({
        blockSummaryRoot: hash(`blocks ${i}`),
        stateSummaryRoot: hash(`states ${i}`),
      }),
    );
    state.pendingDeposits.push(
      ssz.electra.PendingDeposit.toViewDU({
        pubkey: randomBytes(`${count} depositor ${i}`, 48),
        withdrawalCredentials: hash(`credentials ${i}`),
        amount: 32e9 + i,
        signature: randomBytes(`${count} signature ${i}`, 96),
        slot: 100 + i,
      }),
    );
    state.pendingPartialWithdrawals.push(
      ssz.electra.PendingPartialWithdrawal.toViewDU({
        validatorIndex: i,
        amount: 10n ** 9n + BigInt(i),
        withdrawableEpoch: 200 + i,
      }),
    );
    state.pendingConsolidations.push(
      ssz.electra.PendingConsolidation.toViewDU({ sourceIndex: i, targetIndex: 2 * i }),
    );
  });
  for (let i = 0; i < Math.min(count, 5); i++) {
    const vote = { depositRoot: hash(`vote ${i}`), depositCount: BigInt(i), blockHash: hash(`block ${i}`) };
    state.eth1DataVotes.push(ssz.phase0.Eth1Data.toViewDU(vote));
  }
  state.randaoMixes.set(3, hash("mix"));
  state.blockRoots.set(7, hash("block"));
  state.slashings.set(2, 2 ** 41);
  state.proposerLookahead.set(1, 77);
  state.latestExecutionPayloadHeader.blockNumber = 12_345;
  state.commit();
  return state;
}

describe("the bytes of a beacon state", () => {
  for (const count of [0, 1, 2, 5, 33]) {
    it(`have the root of Lodestar's tree, with ${count} of everything`, () => {
      const state = filledState(count);
      expect(open(state).root).to.equal(hexlify(state.hashTreeRoot()));
    });
  }

  it("have it where lists are longer than what is hashed at once", () => {
    const state = randomState(0);
    const validator = ssz.phase0.Validator.toViewDU(ssz.phase0.Validator.defaultValue());
    const many = 4096 + 1;
    for (let i = 0; i < many; i++) {
      state.validators.push(validator);
      state.historicalRoots.push(randomBytes(`${i}`, 32));
    }
    // the last chunk is not full
    for (let i = 0; i < 4 * many + 1; i++) state.balances.push(2 ** 40 + i);
    state.commit();
    expect(open(state).root).to.equal(hexlify(state.hashTreeRoot()));
  });

  it("have another root with any byte changed, in whichever field", () => {
    const bytes = filledState(5).serialize();
    const { root } = new StateBytes(type, bytes);
    const ranges = type.getFieldRanges(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
    for (const [i, { start, end }] of ranges.entries()) {
      const { fieldName } = type.fieldsEntries[i]!;
      const changed = Uint8Array.from(bytes);
      changed[end - 1]! ^= 1;
      expect(end, fieldName).to.be.greaterThan(start);
      expect(new StateBytes(type, changed).root, fieldName).not.to.equal(root);
    }
  });

  it("show the hashes above a field", () => {
    const state = filledState(5);
    const proof = createProof(state.node, { type: ProofType.single, gindex: 75n }) as SingleProof;
    expect(open(state).branch("validators")).to.deep.equal(proof.witnesses.map((each) => hexlify(each)));
  });

  it("are refused where they cannot be a state", async () => {
    const bytes = filledState(2).serialize();
    const refused = (given: Uint8Array, words: string) =>
      expect(() => new StateBytes(type, given), words).to.throw(FatalError, words);
    refused(bytes.subarray(0, 100), "100 bytes are no beacon state");
    refused(new Uint8Array(bytes.length), "no beacon state");
    // a byte too many, in the last list
    const longer = new StateBytes(type, new Uint8Array([...bytes, 0]));
    expect(() => longer.root).to.throw("bytes are no");
    expect(() => new Records(new Uint8Array(9), [{ name: "balance", offset: 0, size: 8 }])).to.throw(
      FatalError,
      "9 bytes are no records of 8",
    );
    const error = await openState(bytes, "gloas").catch((each: unknown) => each as Error);
    expect(error).to.be.instanceOf(FatalError).with.property("message").that.contains('of fork "gloas"');
  });
});

describe("what a report tells of the beacon chain", () => {
  const OURS = randomBytes("ours", 32);
  const THEIRS = randomBytes("theirs", 32);
  /** Six keys of ours; the last has the first four bytes of the first. */
  const keys = Array.from({ length: 6 }, (_, i) => randomBytes(`key ${i}`, 48));
  keys[5] = Uint8Array.from([...keys[0]!.subarray(0, 4), ...keys[5]!.subarray(4)]);
  const deposit = (pubkey: Uint8Array, withdrawalCredentials: Uint8Array, amount: number) =>
    ssz.electra.PendingDeposit.toViewDU({
      ...{ pubkey, withdrawalCredentials, amount },
      ...{ signature: new Uint8Array(96), slot: 1 },
    });

  const figuresAt = async (epoch: number, pubkeys: Uint8Array[]) => {
    const state = randomState(3);
    const add = (
      pubkey: Uint8Array,
      withdrawalCredentials: Uint8Array,
      balance: number,
      exitEpoch: number,
    ) => {
      const validator = { ...ssz.phase0.Validator.defaultValue(), pubkey, withdrawalCredentials, exitEpoch };
      state.validators.push(ssz.phase0.Validator.toViewDU(validator));
      state.balances.push(balance);
    };
    add(keys[0]!, OURS, 32e9, Infinity);
    add(keys[1]!, OURS, 31e9, 9);
    add(keys[2]!, THEIRS, 30e9, Infinity);
    add(keys[5]!, OURS, 7, Infinity);
    state.pendingDeposits.push(deposit(keys[0]!, THEIRS, 1e9));
    state.pendingDeposits.push(deposit(keys[2]!, OURS, 2e9));
    // of a key without a validator: a signature that is none makes none
    state.pendingDeposits.push(deposit(keys[3]!, OURS, 4e9));
    state.commit();
    const bytes = state.serialize();
    return beaconFigures({
      beacon: { stateSsz: async () => ({ bytes, fork: "fulu" }) } as never,
      stateId: "0x01",
      pubkeys: pubkeys.map((key) => hexlify(key).toUpperCase().replace("0X", "0x")),
      credentials: [hexlify(OURS)],
      genesisForkVersion: "0x00000000",
      epoch,
    });
  };

  it("counts validators of our keys with our credentials, and deposits that add to them", async () => {
    expect(await figuresAt(8, keys.slice(0, 5))).to.deep.equal({
      beaconBalanceGwei: 32_000_000_000n + 31_000_000_000n + 1_000_000_000n,
      appeared: 2n,
      exited: 0n,
    });
    expect((await figuresAt(9, keys.slice(0, 5))).exited, "from its exit epoch on").to.equal(1n);
  });

  it("tells keys apart that begin alike", async () => {
    expect((await figuresAt(8, [keys[5]!])).beaconBalanceGwei).to.equal(7n);
    expect((await figuresAt(8, keys)).appeared).to.equal(3n);
  });
});
