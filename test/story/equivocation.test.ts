import { expect } from "chai";
import { HDNodeWallet, type SigningKey } from "ethers";
import { bondMember } from "../../scripts/actions/bondMember.ts";
import type { Report } from "../../scripts/actions/buildReport.ts";
import { memberLiveness, type AppliedFrame } from "../../scripts/actions/memberLiveness.ts";
import { proveEquivocation, type SignedVote } from "../../scripts/actions/proveEquivocation.ts";
import { setMemberKey } from "../../scripts/actions/setMemberKey.ts";
import { reportDigest, signDigest } from "../../scripts/actions/submitReport.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { compactSignature, packSignatures } from "../../scripts/lib/signatures.ts";
import type { Member } from "../../scripts/lib/localAccounts.ts";
import { nextBoundary, prepare, sign, slotsPerFrame, submit, untilFinal } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { ETHER, mined, startWorld, type World } from "./support/world.ts";

const key = (n: number) => HDNodeWallet.fromSeed(new Uint8Array(32).fill(n)).signingKey;

describe("story: a member changes its key, another one lies", () => {
  let world: World;
  let members: Member[];
  const applied: AppliedFrame[] = [];

  before(async () => {
    world = await startWorld({ bondWei: 0n });
    members = [...world.members];
  });
  after(() => world.close());

  /// Who signs the report of the next boundary; it must be accepted.
  async function report(signers: Member[]): Promise<Report> {
    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    const { protocol } = world;
    const digest = await reportDigest(protocol, prepared.report);
    const { signatures } = packSignatures(digest, await sign(world, prepared.report, signers));
    const frame = BigInt(refSlot / (await slotsPerFrame(world)));
    const signedBy = await protocol.OracleCommittee.verify(
      protocol.ReportOracle,
      refSlot,
      prepared.report.blockRoot,
      await protocol.ReportOracle.hashOf(prepared.report),
      await protocol.StakedEther.frameTime(frame),
      signatures,
    );
    await submit(world, prepared, signers);
    applied.push({ frame, signedBy });
    return prepared.report;
  }

  async function vote(report: Report, secret: SigningKey): Promise<SignedVote> {
    const { ReportOracle } = world.protocol;
    const signed = {
      oracle: await ReportOracle.getAddress(),
      refSlot: report.refSlot,
      blockRoot: report.blockRoot,
      reportHash: await ReportOracle.hashOf(report),
    };
    const digest = await reportDigest(world.protocol, report);
    return { vote: signed, signature: compactSignature(secret.sign(digest)) };
  }

  it("an owner changes its member's key without asking anyone", async () => {
    const { protocol, provider } = world;
    await report(members.slice(0, 4));
    const [first] = members as [Member];
    const memberId = await protocol.OracleCommittee.memberOf(first.address);
    const owner = await provider.getSigner(first.owner);
    await setMemberKey(protocol, owner, { memberId, key: key(1) });

    const address = await protocol.OracleCommittee.keyOf(memberId);
    expect(signDigest(key(1), address, "0x" + "11".repeat(32)).signer).to.equal(address);
    members[0] = { ...first, address, key: key(1) };
    await report(members.slice(0, 4));
    expect(await protocol.OracleCommittee.memberOf(first.address), "for ever").to.equal(memberId);
  });

  it("who signs two reports of one frame loses its bond, and the others go on", async () => {
    const { protocol, accounts } = world;
    const liar = members[4]!;
    const memberId = await protocol.OracleCommittee.memberOf(liar.address);
    const told = await report(members);
    const other = { ...told, beaconBalanceGwei: told.beaconBalanceGwei + 1n };
    const bond = (await protocol.CommitteeBonds.memberOf(memberId)).shares;
    const total = await protocol.StakedEther.getTotalShares();

    const receipt = await proveEquivocation(
      protocol,
      accounts.carol,
      await vote(told, liar.key),
      await vote(other, liar.key),
    );
    const { args } = eventIn(receipt, protocol.OracleCommittee, "MemberExpelled");
    expect(args.memberId).to.equal(memberId);
    expect(await protocol.StakedEther.sharesOf(accounts.carol), "bounty").to.equal(bond / 10n);
    expect(total - (await protocol.StakedEther.getTotalShares()), "burnt").to.equal(bond - bond / 10n);
    expect((await protocol.CommitteeBonds.memberOf(memberId)).shares).to.equal(0n);

    await report(members.slice(0, 3));
  });

  it("another one takes its place", async () => {
    const { protocol, accounts, provider } = world;
    const owner = await provider.getSigner(members[4]!.owner);
    const { memberId } = await bondMember(protocol, accounts.alice, {
      owner: members[4]!.owner,
      bondWei: 2n * ETHER,
    });
    await setMemberKey(protocol, owner, { memberId, key: key(2) });
    const manager = protocol.OracleCommittee.connect(accounts.admin);
    await mined(manager.setWeight(memberId, 1));
    members[4] = { ...members[4]!, address: await protocol.OracleCommittee.keyOf(memberId), key: key(2) };
    const refusal = protocol.OracleCommittee.connect(accounts.alice).setWeight(memberId, 2);
    await expectRevert(refusal, protocol.OracleCommittee, "Unauthorized");
    await report(members.slice(1));
  });

  it("the figures of liveness follow members through keys and lists", async () => {
    const figures = await memberLiveness(world.protocol, applied);
    expect(figures).to.deep.equal([
      { memberId: 1n, signed: 4, applied: 5 },
      { memberId: 2n, signed: 5, applied: 5 },
      { memberId: 3n, signed: 5, applied: 5 },
      { memberId: 4n, signed: 4, applied: 5 },
      { memberId: 5n, signed: 1, applied: 3 },
      { memberId: 6n, signed: 1, applied: 1 },
    ]);
  });
});
