import { expect } from "chai";
import { BrowserProvider } from "ethers";
import { buildReport, type Report } from "../../scripts/actions/buildReport.ts";
import { reportDigest } from "../../scripts/actions/submitReport.ts";
import { BeaconClient } from "../../scripts/lib/beaconClient.ts";
import { connectProtocol, CONTRACT_NAMES, type Addresses } from "../../scripts/lib/protocol.ts";
import { packSignatures } from "../../scripts/lib/signatures.ts";
import { runValidators } from "./support/keys.ts";
import { file, nextBoundary, prepare, QUORUM, sign, untilFinal, type Prepared } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { cooldown, request, stake } from "./support/stake.ts";
import { ETHER, force, GWEI, startWorld, type World } from "./support/world.ts";

describe("story: members build the same report, and nobody can change it", () => {
  let world: World;
  let prepared: Prepared;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 500n * ETHER);
    await runValidators(world, 0, 3);
    await cooldown(world, await request(world, "alice", ETHER));
    const refSlot = await nextBoundary(world);
    await force(world, world.protocol.RewardsVault, 123_456_789n * GWEI);
    await untilFinal(world, refSlot);
    prepared = await prepare(world, refSlot);
  });
  after(() => world.close());

  const encoded = (report: Report) =>
    world.protocol.ReportOracle.interface
      .getAbiCoder()
      .encode([world.protocol.ReportOracle.interface.getFunction("hashOf").inputs[0]!], [report]);

  it("a second member, with clients of its own and later, builds the same bytes", async () => {
    const provider = new BrowserProvider(world.devnet.provider, undefined, { cacheTimeout: -1 });
    const names = CONTRACT_NAMES.map(async (name) => [name, await world.protocol[name].getAddress()]);
    const protocol = connectProtocol(Object.fromEntries(await Promise.all(names)) as Addresses, provider);
    // what happens meanwhile is of no account
    const id = await world.devnet.snapshot();
    await stake(world, "bob", ETHER);
    await force(world, world.protocol.RewardsVault, ETHER);
    await world.devnet.tickSlots(20);
    const second = await buildReport(
      { beacon: new BeaconClient(world.servers.beaconUrl), provider, protocol },
      Number(prepared.report.refSlot),
    );
    await world.devnet.restore(id);

    expect(encoded(second)).to.equal(encoded(prepared.report));
    expect(await reportDigest(protocol, second)).to.equal(
      await reportDigest(world.protocol, prepared.report),
    );
    provider.destroy();
    expect(prepared.report.lastTicketId).to.equal(1n);
    expect(prepared.report.beaconBalanceGwei).to.be.greaterThan(96n * GWEI);
  });

  it("a report with any field changed has another hash, and is refused with the old signatures", async () => {
    const { accounts, protocol } = world;
    const { report, evidence } = prepared;
    const oracle = protocol.ReportOracle.connect(accounts.keeper);
    const digest = await reportDigest(protocol, report);
    const { signatures } = packSignatures(digest, await sign(world, report, world.members.slice(0, QUORUM)));
    const hash = await oracle.hashOf(report);
    const flipped = (word: string) => `0x${(BigInt(word) ^ 1n).toString(16).padStart(64, "0")}`;

    const changes: [
      keyof Report,
      Partial<Report>,
      { interface: typeof oracle.interface } | typeof protocol.OracleCommittee,
      string,
    ][] = [
      ["refSlot", { refSlot: report.refSlot + 1n }, oracle, "NotAFrameBoundary"],
      ["refSlot", { refSlot: report.refSlot - (await oracle.slotsPerFrame()) }, oracle, "BlockAfterRefSlot"],
      ["blockRoot", { blockRoot: flipped(report.blockRoot) }, oracle, "BlockRootMismatch"],
      [
        "beaconBalanceGwei",
        { beaconBalanceGwei: report.beaconBalanceGwei + 1n },
        protocol.OracleCommittee,
        "NotAMember",
      ],
      [
        "withdrawalsReceived",
        { withdrawalsReceived: report.withdrawalsReceived + 1n },
        protocol.OracleCommittee,
        "NotAMember",
      ],
      [
        "rewardsReceived",
        { rewardsReceived: report.rewardsReceived - 1n },
        protocol.OracleCommittee,
        "NotAMember",
      ],
      ["appeared", { appeared: report.appeared + 1n }, protocol.OracleCommittee, "NotAMember"],
      ["exited", { exited: report.exited + 1n }, protocol.OracleCommittee, "NotAMember"],
      ["lastTicketId", { lastTicketId: 0n }, protocol.OracleCommittee, "NotAMember"],
      ["rewardsRoot", { rewardsRoot: flipped(report.rewardsRoot) }, protocol.OracleCommittee, "NotAMember"],
    ];
    expect(new Set(changes.map(([field]) => field))).to.deep.equal(new Set(Object.keys(report)));
    for (const [field, change, contract, error] of changes) {
      const altered = { ...report, ...change };
      expect(await oracle.hashOf(altered), field).not.to.equal(hash);
      await expectRevert(oracle.submit(altered, evidence, signatures), contract, error);
    }
  });

  it("signatures are of members, once each, in order, and enough", async () => {
    const { accounts, protocol } = world;
    const { report, evidence } = prepared;
    const oracle = protocol.ReportOracle.connect(accounts.keeper);
    const committee = protocol.OracleCommittee;
    const digest = await reportDigest(protocol, report);
    const { signatures } = packSignatures(digest, await sign(world, report, world.members.slice(0, QUORUM)));
    const one = signatures.slice(2, 130);
    const twice = `0x${one}${one}`;
    await expectRevert(oracle.submit(report, evidence, twice), committee, "SignersNotSorted");
    await expectRevert(oracle.submit(report, evidence, "0x"), committee, "SignaturesLength", [0n]);
    await expectRevert(
      oracle.submit(report, evidence, signatures.slice(0, -2)),
      committee,
      "SignaturesLength",
      [255n],
    );
    await expectRevert(
      oracle.submit(report, evidence, signatures.slice(0, -128)),
      committee,
      "QuorumNotReached",
      [3n, 5n],
    );

    // the committee's signature for one oracle is no signature for another
    const elsewhere = await committee.digest(
      committee,
      report.refSlot,
      report.blockRoot,
      await oracle.hashOf(report),
    );
    expect(elsewhere).not.to.equal(digest);
    await file(world, prepared);
  });
});
