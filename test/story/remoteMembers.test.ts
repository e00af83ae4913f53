import { expect } from "chai";
import { signReport } from "../../scripts/actions/signReport.ts";
import { reportDigest, signDigest } from "../../scripts/actions/submitReport.ts";
import { digestOf, keyConsentData } from "../../scripts/lib/committeeVotes.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import { Secret } from "../../scripts/lib/secret.ts";
import { LocalSigner } from "../../scripts/lib/signing/localSigner.ts";
import { RemoteSigner } from "../../scripts/lib/signing/remoteSigner.ts";
import { startStandInRpcSigner } from "../lib/standInSigners.ts";
import { startWorld, type World } from "./support/world.ts";

const REPORT = {
  refSlot: 64n,
  blockRoot: `0x${"11".repeat(32)}`,
  beaconBalanceGwei: 32n * 10n ** 9n,
  withdrawalsReceived: 1n,
  rewardsReceived: 2n,
  appeared: 3n,
  exited: 4n,
  lastTicketId: 5n,
  rewardsRoot: `0x${"22".repeat(32)}`,
};

describe("story: members whose keys are elsewhere", () => {
  let world: World;
  let chainId: bigint;
  before(async () => {
    world = await startWorld({ bondWei: 0n });
    ({ chainId } = await world.provider.getNetwork());
  });
  after(() => world.close());

  it("sign as typed data what the contract checks, wherever the key is", async () => {
    const { protocol, members } = world;
    const { key, address } = members[0]!;
    const server = await startStandInRpcSigner(key);
    const expected = signDigest(key, address, await reportDigest(protocol, REPORT));
    for (const signer of [
      new LocalSigner(new Secret(key.privateKey)),
      new RemoteSigner(server.url, address),
    ]) {
      expect(await signReport(protocol, signer, { report: REPORT, chainId })).to.deep.equal(expected);
    }
    await server.close();
  });

  it("sign nothing for another chain than the one that was meant", async () => {
    const { protocol, members } = world;
    const signer = new LocalSigner(new Secret(members[0]!.key.privateKey));
    let error: unknown;
    await signReport(protocol, signer, { report: REPORT, chainId: 1n }).catch((e: unknown) => (error = e));
    expect(error).to.be.instanceOf(FatalError);
    expect((error as Error).message).to.contain("on chain 1 ");
  });

  it("consent to a membership as the contract has it", async () => {
    const { OracleCommittee } = world.protocol;
    const committee = await OracleCommittee.getAddress();
    expect(digestOf(keyConsentData({ chainId, committee }, 3n))).to.equal(
      await OracleCommittee.consentDigest(3n),
    );
  });
});
