import "../../scripts/devnet/preset.ts";
import { spawn } from "node:child_process";
import { expect } from "chai";
import type { Figures } from "../../scripts/demo/figures.ts";
import { reconcile, type Check } from "../../scripts/demo/ledgerCheck.ts";
import { runDemo, type DemoResult } from "../../scripts/demo/runDemo.ts";
import { complaints, summaryJson, summaryText } from "../../scripts/demo/summary.ts";
import { Progress } from "../../scripts/lib/progress.ts";

describe("demo", () => {
  let result: DemoResult;
  let shown = "";

  before(async () => {
    result = await runDemo(new Progress({ stream: { write: (text) => (shown += text) }, live: false }));
  });

  /** The checks that fail once one figure is changed. */
  function tampered(change: (figures: Figures) => void): Check[] {
    const figures = structuredClone(result.figures);
    change(figures);
    return reconcile(figures).filter(({ difference }) => difference !== 0n);
  }

  it("accounts for every wei and every share", () => {
    expect(complaints(result.checks)).to.deep.equal([]);
    expect(result.ok).to.be.true;
    expect(result.checks).to.have.length.above(20);
  });

  it("raises the rate, second by second", () => {
    const { seconds, balanceWei } = result.figures.growth;
    expect(result.rate.before).to.equal(10n ** 18n);
    expect(result.rate.after > result.rate.before).to.be.true;
    expect(seconds).to.be.above(0);
    expect(balanceWei.later > balanceWei.earlier).to.be.true;
  });

  it("lets all members of the committee build the same reports, and a stranger overrule their lie", () => {
    const { reports } = result.figures;
    expect(reports.map(({ signatures }) => signatures)).to.deep.equal([5, 5, 0, 5]);
    expect(shown).to.match(/the report is parked .*slot \d+, \d+\.\d+ ETH, beyond \w+/);
    expect(shown).to.match(
      /the proof is the report: .*slot \d+, no signature, gain \d\.\d+ ETH, finalised \d+/,
    );
    for (const { changeWei, bookedWei, feeShares } of reports) {
      expect(bookedWei > 0n && bookedWei <= changeWei).to.be.true;
      // less than a gwei per second of a frame is left for the next report
      expect(changeWei - bookedWei < 384n * 10n ** 9n).to.be.true;
      expect(feeShares > 0n).to.be.true;
    }
  });

  it("changes the fee by a vote, which waits for who asked to leave before it, and takes it in the next report", () => {
    expect(shown).to.match(/alice proposes to lower the fee .*ReportOracle\.setFee\(newFeeBp: 800\)/);
    expect(shown).to.match(/carol, overruling alice, abstains .*\d+\.\d+ shares for, \d+\.\d+ abstain/);
    expect(shown).to.match(/waits for bob, who asked to leave before it .*[1-9]\d*\.\d+ shares wait/);
    expect(shown).to.match(/bob has left: what was decided is done .*from 10 % to 8 %/);
    expect(shown).to.match(/the report takes the new fee .*8 % of its gain/);
  });

  it("pays the ticket mostly from what a validator brought back", () => {
    const [first, second, third] = result.figures.reports;
    expect(first?.finalizedWei).to.equal(0n);
    expect(third!.finalizedWei > second!.finalizedWei && second!.finalizedWei > 0n).to.be.true;
    expect(result.figures.withdrawalsWei > 38n * 10n ** 18n).to.be.true;
  });

  it("pays the claimant more than its shares cost, and no more than they are worth", () => {
    const { shares, paidWei } = result.ticket;
    // bought when a share was a wei
    expect(paidWei > shares).to.be.true;
    expect(paidWei <= (shares * result.rate.after) / 10n ** 18n).to.be.true;
    const bob = result.figures.purses.find(({ actor }) => actor === "bob");
    expect(bob?.gotOutWei).to.equal(paidWei);
    // two payments into one ticket lose less than a wei each
    const { finalizedWei, claimedWei } = result.figures;
    expect(finalizedWei - claimedWei >= 0n && finalizedWei - claimedWei <= 2n).to.be.true;
  });

  it("shows a slashing that a stranger proves, and an exit that it triggers", () => {
    expect(shown).to.match(
      /a stranger proves it: the operator is jailed, and its bond locked .*\d\.\d+ shares are locked/,
    );
    expect(shown).to.match(
      /a stranger has another of its validators exit .*validator \d+, .* without its operator/,
    );
  });

  it("tells the gas of each step", () => {
    const steps = result.transactions.map(({ step }) => step);
    expect(steps).to.include.members([
      "stake (transfer)",
      "stake (wrapped)",
      "open draw 1",
      "settle draw 1",
      "predeposit 5",
      "wrap",
      "claim",
    ]);
    expect(steps.filter((step) => step.startsWith("report of slot"))).to.have.length(3);
    expect(steps.filter((step) => step.startsWith("parked report of slot"))).to.have.length(1);
    for (const { gasUsed } of result.transactions) expect(gasUsed >= 21_000n).to.be.true;
  });

  it("shows plain lines where nobody watches, and the same figures as text and as JSON", () => {
    expect(shown.split("\n").filter((line) => line.startsWith("✓ "))).to.have.length.above(15);
    expect(shown).not.to.contain("\x1b");
    expect(summaryText(result)).to.contain("✓ units of all holders = total units").and.not.contain("✗");
    const json = JSON.parse(summaryJson(result)) as { ok: boolean; ticket: { paidWei: string } };
    expect(json.ok).to.be.true;
    expect(json.ticket.paidWei).to.equal(String(result.ticket.paidWei));
  });

  it("finds a wei that an actor lacks", () => {
    const failed = tampered(({ purses }) => (purses.find(({ actor }) => actor === "alice")!.endWei -= 1n));
    expect(failed.map(({ name, difference }) => [name, difference])).to.deep.equal([["alice's ether", -1n]]);
    expect(complaints(failed)[0]).to.match(/^alice's ether: off by -1 \(expected \d+, found \d+\)$/);
  });

  it("finds seven wei too many in the withdrawal vault", () => {
    const failed = tampered(
      ({ held }) => (held.find(({ contract }) => contract === "WithdrawalVault")!.wei += 7n),
    );
    expect(failed).to.have.length(2);
    for (const { difference } of failed) expect(difference).to.equal(7n);
  });

  it("finds a share that nobody holds, and a balance that was told wrong", () => {
    const lost = tampered(({ holdings }) => (holdings[0]!.units -= 1_000_000n));
    expect(lost.map(({ name, difference }) => [name, difference])).to.deep.equal([
      ["units of all holders = total units", -1_000_000n],
    ]);
    const told = tampered(({ reports }) => (reports.at(-1)!.report.beaconBalanceGwei += 3n));
    expect(told.map(({ difference }) => difference)).to.deep.equal([3_000_000_000n, -3_000_000_000n]);
  });

  it("tells bad usage from failure", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "scripts/demo/main.ts", "--nonsense"]);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(stderr).to.contain("--nonsense");
    expect(code).to.equal(2);
  });
});
