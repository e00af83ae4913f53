import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Report } from "../../../scripts/actions/buildReport.ts";
import { SignedReports, WouldEquivocateError } from "../../../scripts/keepers/report/signedReports.ts";

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

describe("keepers: signed reports", () => {
  let folder: string;
  let signed: SignedReports;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-signed-"));
    signed = new SignedReports(join(folder, "signed.sqlite"));
  });
  afterEach(() => {
    signed.close();
    rmSync(folder, { recursive: true });
  });

  const vote = (digest: string, change: Partial<Report> = {}, of: object = {}) => ({
    oracle: ORACLE,
    signer: SIGNER,
    digest,
    report: { ...REPORT, ...change },
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
    signed = new SignedReports(join(folder, "signed.sqlite"));
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
    const second = new SignedReports(join(folder, "signed.sqlite"));
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

  it("are for their owner's eyes", () => {
    expect(statSync(join(folder, "signed.sqlite")).mode & 0o077).to.equal(0);
  });
});
