import "./minimalPreset.ts";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { addDuties, attestedBp, dutiesOf, noDuties } from "../../scripts/lib/participation.ts";
import { StateBytes } from "../../scripts/lib/stateBytes/stateBytes.ts";

const SLOTS_PER_EPOCH = 8;
const SOURCE_AND_HEAD = 0b101;
const TARGET = 0b010;

interface Made {
  balance?: number;
  previous?: number;
  current?: number;
  activation?: number;
  exit?: number;
  slashed?: boolean;
}

function stateOf(slot: number, validators: Made[]) {
  const state = ssz.fulu.BeaconState.defaultViewDU();
  state.slot = slot;
  for (const v of validators) {
    state.validators.push(
      ssz.phase0.Validator.toViewDU({
        ...ssz.phase0.Validator.defaultValue(),
        effectiveBalance: v.balance ?? 32,
        slashed: v.slashed ?? false,
        activationEpoch: v.activation ?? 0,
        exitEpoch: v.exit ?? Infinity,
      }),
    );
    state.previousEpochParticipation.push(v.previous ?? 0);
    state.currentEpochParticipation.push(v.current ?? 0);
  }
  return new StateBytes(ssz.fulu.BeaconState, state.serialize());
}

describe("participation", () => {
  const operatorOf = new Map([
    [1, 7n],
    [2, 7n],
    [3, 9n],
  ]);
  const epoch10 = (slot: number, validators: Made[]) =>
    dutiesOf(stateOf(slot, validators), 10, SLOTS_PER_EPOCH, operatorOf);

  it("is the timely votes for the target, weighed by effective balance", () => {
    const duties = epoch10(95, [
      { previous: TARGET },
      { previous: TARGET, balance: 2_048 },
      { previous: SOURCE_AND_HEAD, current: TARGET },
    ])!;
    expect(duties.network).to.deep.equal({ activeGwei: 2_112n, attestedGwei: 2_080n });
    expect([...duties.byOperator]).to.deep.equal([[7n, { activeGwei: 2_080n, attestedGwei: 2_048n }]]);
  });

  it("is asked of those who are active, and not slashed", () => {
    const duties = epoch10(88, [
      { previous: TARGET, activation: 11 },
      { previous: TARGET, activation: 10 },
      { previous: TARGET, exit: 10 },
      { previous: TARGET, slashed: true },
      { previous: TARGET, exit: 11 },
    ])!;
    expect(duties.network).to.deep.equal({ activeGwei: 64n, attestedGwei: 64n });
    expect([...duties.byOperator.keys()]).to.deep.equal([7n]);
  });

  it("is read from the epoch itself where the next one has no block", () => {
    expect(epoch10(87, [{ current: TARGET }])!.network.attestedGwei).to.equal(32n);
    expect(epoch10(79, [{ current: TARGET }])).to.equal(undefined);
    expect(epoch10(96, [{ previous: TARGET }])).to.equal(undefined);
  });

  it("is summed over epochs, and told in 1/10,000 rounded down", () => {
    const sum = { network: noDuties(), byOperator: new Map() };
    addDuties(sum, epoch10(95, [{}, { previous: TARGET }, { previous: TARGET }])!);
    addDuties(sum, epoch10(95, [{}, {}, {}, { previous: TARGET }])!);
    expect(sum.network).to.deep.equal({ activeGwei: 224n, attestedGwei: 96n });
    expect(sum.byOperator.get(7n)).to.deep.equal({ activeGwei: 128n, attestedGwei: 64n });
    expect(sum.byOperator.get(9n)).to.deep.equal({ activeGwei: 32n, attestedGwei: 32n });
    expect(attestedBp(sum.network)).to.equal(4_285n);
    expect(attestedBp(noDuties())).to.equal(undefined);
  });
});
