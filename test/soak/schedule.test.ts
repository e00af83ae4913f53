import { expect } from "chai";
import {
  disables,
  FAULT_KINDS,
  planFaults,
  QUIET_FRAMES,
  type FaultKind,
  type PlannedFault,
} from "../../scripts/soak/schedule.ts";
import { faultsOf } from "../../scripts/soak/injected.ts";

const SLOTS_PER_FRAME = 32;
const SLOTS_PER_EPOCH = 8;
const FRAMES = 200;
const KEEPERS = [
  { beacon: 3, execution: 2 },
  { beacon: 3, execution: 2 },
  { beacon: 1, execution: 1 },
  { beacon: 1, execution: 1 },
  { beacon: 1, execution: 1 },
];

function plan(seed: number, kinds: readonly FaultKind[] = FAULT_KINDS): PlannedFault[] {
  return planFaults({
    ...{ seed, kinds, keepers: KEEPERS, frames: FRAMES },
    ...{ slotsPerFrame: SLOTS_PER_FRAME, slotsPerEpoch: SLOTS_PER_EPOCH },
  });
}

const end = ({ fromSlot, slots }: PlannedFault) => fromSlot + slots;

describe("soak: the schedule of faults", () => {
  const plans = [1, 2, 3].map((seed) => plan(seed));

  it("is the same for a seed, and another for another", () => {
    expect(plan(1)).to.deep.equal(plans[0]);
    expect(plan(2)).to.not.deep.equal(plans[0]);
  });

  it("has every kind, and only those that are asked for", () => {
    for (const planned of plans) {
      expect(new Set(planned.map(({ kind }) => kind))).to.deep.equal(new Set(FAULT_KINDS));
    }
    expect(new Set(plan(1, ["kill", "reorg"]).map(({ kind }) => kind))).to.have.all.keys("kill", "reorg");
    expect(plan(1, [])).to.deep.equal([]);
  });

  it("comes at most of the time, in the order of slots, and is over before the last frame", () => {
    for (const planned of plans) {
      expect(planned.length).to.be.within(FRAMES, 3 * FRAMES);
      const starts = planned.map(({ fromSlot }) => fromSlot);
      expect(starts).to.deep.equal(starts.toSorted((a, b) => a - b));
      expect(starts.at(-1)).to.be.lessThan((FRAMES - QUIET_FRAMES) * SLOTS_PER_FRAME);
      expect(Math.max(...planned.map(end))).to.be.at.most((FRAMES - 1) * SLOTS_PER_FRAME);
    }
  });

  it("never leaves less than four of five members that can sign", () => {
    for (const planned of plans) {
      const disabling = planned.filter((fault) => disables(fault, KEEPERS));
      expect(disabling).to.not.have.length(0);
      for (let slot = 0; slot < FRAMES * SLOTS_PER_FRAME; slot++) {
        const out = disabling.filter((fault) => fault.fromSlot <= slot && slot < end(fault));
        expect(out.length, `slot ${slot}`).to.be.lessThan(2);
      }
    }
  });

  it("has one fault of a keeper at a time, at a node that it has", () => {
    for (const planned of plans) {
      for (const [index, { beacon, execution }] of KEEPERS.entries()) {
        const own = planned.filter(({ keeper }) => keeper === index);
        for (const [i, fault] of own.entries()) {
          if (i > 0) expect(fault.fromSlot).to.be.at.least(end(own[i - 1]!));
          expect(fault.node).to.be.lessThan(fault.kind.startsWith("beacon-") ? beacon : execution);
        }
      }
    }
  });

  it("undoes no block that an epoch has counted", () => {
    for (const planned of plans) {
      for (const { fromSlot, slots } of planned.filter(({ kind }) => kind === "reorg")) {
        expect(fromSlot % SLOTS_PER_EPOCH, "a block of this epoch stays").to.be.greaterThan(0);
        expect((fromSlot % SLOTS_PER_EPOCH) + slots).to.be.lessThan(SLOTS_PER_EPOCH);
      }
    }
  });

  it("has a fault of a node for each kind that is a node's", () => {
    const byChain: readonly FaultKind[] = ["kill", "reorg"];
    for (const kind of FAULT_KINDS) {
      for (const form of [0, 0.5, 0.999]) {
        const faults = faultsOf({ kind, form, slots: 5 });
        expect(faults, kind).to.have.length(byChain.includes(kind) ? 0 : 1);
      }
    }
  });
});
