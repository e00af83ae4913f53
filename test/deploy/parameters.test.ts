import { expect } from "chai";
import { localParameters } from "../../scripts/deploy/parameters/devnet.ts";
import { parameter, parametersSchema } from "../../scripts/deploy/parameters/schema.ts";

describe("deploy: parameters", () => {
  const given = localParameters({ genesisTime: 1_700_000_000, secondsPerSlot: 12, slotsPerEpoch: 8 });

  it("those of a local chain are accepted", () => {
    expect(parametersSchema.parse(given)).to.deep.equal(given);
  });

  it("a claim that is no longer than the life of a weight is refused, by its name", () => {
    const { value } = given.weightLifeSeconds;
    const withDelay = (delay: bigint) =>
      parametersSchema.safeParse({ ...given, claimDelaySeconds: parameter(delay, "seconds", "a test") });
    expect(withDelay(value + 1n).success).to.equal(true);
    const { error } = withDelay(value);
    expect(error?.issues[0]?.path).to.deep.equal(["claimDelaySeconds"]);
    expect(error?.issues[0]?.message).to.contain("weightLifeSeconds");
  });

  it("a floor of evidence below all members' bonds is refused, by its name", () => {
    const bonds = given.memberBondWei.value * BigInt(given.committee.value.length);
    const withFloor = (gwei: bigint) =>
      parametersSchema.safeParse({ ...given, balanceFloorGwei: parameter(gwei, "gwei", "a test") });
    expect(withFloor(bonds / 10n ** 9n).success).to.equal(true);
    const { error } = withFloor(bonds / 10n ** 9n - 1n);
    expect(error?.issues[0]?.path).to.deep.equal(["balanceFloorGwei"]);
    expect(error?.issues[0]?.message).to.contain("bonds");
  });
});
