import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import type { Report } from "../../../scripts/actions/buildReport.ts";
import {
  OlderThanRecordError,
  SignedReports,
  SigningStoppedError,
  WouldEquivocateError,
} from "../../../scripts/keepers/report/signedReports.ts";

const ORACLE = `0x${"0A".repeat(20)}`;
const SIGNER = `0x${"0b".repeat(20)}`;
const REPORT: Report = {
  refSlot: 96n,
  blockRoot: `0x${"01".repeat(32)}`,
  beaconBalanceGwei: 64_000_000_001n,
  withdrawalsReceived: 10n ** 20n + 1n,
  rewardsReceived: 0n,
  appeared: 2n,
  exited: 0n,
  lastTicketId: 7n,
  rewardsRoot: `0x${"00".repeat(32)}`,
};
const ONE = `0x${"11".repeat(32)}`;
const OTHER = `0x${"22".repeat(32)}`;
const SIGNATURE = `0x${"33".repeat(64)}`;
const sign = async () => SIGNATURE;
const REF_TIME = 5_000;

describe("keepers: signed reports", () => {
  let folder: string;
  let signed: SignedReports;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-signed-"));
    signed = opened();
  });
  afterEach(() => {
    signed.close();
    rmSync(folder, { recursive: true });
  });

  const opened = (now = REF_TIME) => new SignedReports(join(folder, "signed.sqlite"), now);

  const vote = (digest: string, change: Partial<Report> = {}, of: object = {}) => ({
    oracle: ORACLE,
    signer: SIGNER,
    digest,
    report: { ...REPORT, ...change },
    refTime: REF_TIME,
    ...of,
  });

  async function refused(given: ReturnType<typeof vote>, by: typeof sign = sign): Promise<unknown> {
    return signed.sign(given, by).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it("publish what was signed, as it was", async () => {
    const published = await signed.sign(vote(ONE), sign);
    expect(published).to.deep.equal({ signer: SIGNER, report: REPORT, signature: SIGNATURE });
    expect(signed.published(ORACLE.toLowerCase(), 96)).to.deep.equal([published]);
    expect(signed.published(ORACLE, 128)).to.deep.equal([]);
    expect(signed.published(SIGNER, 96), "of another oracle").to.deep.equal([]);
  });

  it("never sign another report of a slot, not after a restart either", async () => {
    await signed.sign(vote(ONE), sign);
    const never = async () => expect.fail("the key was asked");
    expect(await refused(vote(OTHER), never)).to.be.instanceOf(WouldEquivocateError);
    signed.close();
    signed = opened();
    const error = await refused(vote(OTHER, {}, { signer: SIGNER.toUpperCase().replace("X", "x") }), never);
    expect((error as Error).message)
      .to.contain(ONE)
      .and.contain(OTHER);
    // the same one again: what was kept, without the key
    expect((await signed.sign(vote(ONE), never)).signature).to.equal(SIGNATURE);
    await signed.sign(vote(OTHER, { refSlot: 128n }), sign);
    await signed.sign(vote(OTHER, {}, { signer: ORACLE }), sign);
  });

  it("are bound before the key is asked: a signature that was lost binds too", async () => {
    const lost = async () => Promise.reject(new Error("the signer is away"));
    expect(await refused(vote(ONE), lost)).to.be.instanceOf(Error);
    expect(signed.published(ORACLE, 96), "nothing to publish").to.deep.equal([]);
    expect(await refused(vote(OTHER))).to.be.instanceOf(WouldEquivocateError);
    expect((await signed.sign(vote(ONE), sign)).signature, "when it is back").to.equal(SIGNATURE);
  });

  it("of two that run beside each other, one wins", async () => {
    const second = opened();
    try {
      const results = await Promise.allSettled([
        signed.sign(vote(ONE), sign),
        second.sign(vote(OTHER), sign),
      ]);
      expect(results.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
    } finally {
      second.close();
    }
  });

  it("of two oracles of one committee are two, each bound by itself", async () => {
    const other = `0x${"0C".repeat(20)}`;
    await signed.sign(vote(ONE), sign);
    await signed.sign(vote(OTHER, { exited: 3n }, { oracle: other }), sign);
    expect(signed.published(ORACLE, 96).map(({ report }) => report.exited)).to.deep.equal([0n]);
    expect(signed.published(other, 96).map(({ report }) => report.exited)).to.deep.equal([3n]);
    expect(await refused(vote(OTHER, { exited: 3n }))).to.be.instanceOf(WouldEquivocateError);
    expect(await refused(vote(ONE, {}, { oracle: other }))).to.be.instanceOf(WouldEquivocateError);
  });

  it("of a new record begin with it: what the key signed before is not known", async () => {
    const never = async () => expect.fail("the key was asked");
    const early = await refused(vote(ONE, {}, { refTime: REF_TIME - 1 }), never);
    expect(early).to.be.instanceOf(OlderThanRecordError);
    expect((early as Error).message)
      .to.contain("of time 4999")
      .and.to.contain("begins at 5000");
    signed.close();
    signed = opened(9_000);
    expect(signed.begunAt, "it stays").to.equal(REF_TIME);
    await signed.sign(vote(ONE), sign);
  });

  it("of a record from before beginnings were kept go on", async () => {
    await signed.sign(vote(ONE), sign);
    signed.close();
    const database = new DatabaseSync(join(folder, "signed.sqlite"));
    database.exec("DROP TABLE record; DROP TABLE stopped");
    database.close();
    signed = opened(9_000);
    await signed.sign(vote(OTHER, { refSlot: 64n }, { refTime: 4_000 }), sign);
  });

  it("end where the key has signed what is not among them, until a person says otherwise", async () => {
    await signed.sign(vote(ONE), sign);
    signed.requireOwn(vote(ONE));
    expect(signed.stopped(SIGNER)).to.equal(undefined);
    const elsewhere = vote(OTHER, { refSlot: 128n });
    expect(() => signed.requireOwn(elsewhere)).to.throw(SigningStoppedError, OTHER);
    signed.close();
    signed = opened();
    expect(signed.stopped(SIGNER.toUpperCase().replace("X", "x"))).to.contain("slot 128");
    const never = async () => expect.fail("the key was asked");
    for (const next of [elsewhere, vote(ONE), vote(ONE, { refSlot: 160n })]) {
      expect(await refused(next, never)).to.be.instanceOf(SigningStoppedError);
    }
    await signed.sign(vote(ONE, {}, { signer: ORACLE }), sign);

    expect(signed.allStopped()).to.have.length(1);
    signed.resume();
    expect(signed.allStopped()).to.deep.equal([]);
    signed.requireOwn(elsewhere);
    // what was signed elsewhere binds here
    expect(await refused(vote(ONE, { refSlot: 128n }), never)).to.be.instanceOf(WouldEquivocateError);
    await signed.sign(elsewhere, sign);
  });

  it("end where it has signed another report of a slot that is among them", async () => {
    await signed.sign(vote(ONE), sign);
    expect(() => signed.requireOwn(vote(OTHER))).to.throw(SigningStoppedError, "slot 96");
    signed.resume();
    expect(await refused(vote(OTHER))).to.be.instanceOf(WouldEquivocateError);
  });

  it("are for their owner's eyes", () => {
    expect(statSync(join(folder, "signed.sqlite")).mode & 0o077).to.equal(0);
  });
});
