import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Transaction } from "ethers";
import { countOf } from "../lib/tx/support/chainCalls.ts";
import { Keeper } from "../lib/tx/support/keeper.ts";
import { startTestChain, type TestChain } from "../lib/tx/support/testChain.ts";
import { kedge } from "./support/kedge.ts";

describe("kedge tx", () => {
  let chain: TestChain;
  let keeper: Keeper;

  before(async () => {
    chain = await startTestChain();
  });
  after(() => chain.close());
  beforeEach(async () => {
    keeper = await Keeper.start(chain.node);
  });
  afterEach(() => keeper.close());

  const tx = (...args: string[]) => kedge(["tx", ...args]);

  it("has a running keeper pay more, and then take back, without a second signer", async () => {
    const journal = ["--journal", keeper.path];
    keeper.count("a", { valueWei: 5n });
    await keeper.ticks(3);
    const listed = await tx("list", ...journal, "--json");
    expect(JSON.parse(listed.stdout)).to.have.length(1);
    expect(JSON.parse(listed.stdout)[0]).to.deep.include({
      key: "a",
      state: "broadcast",
      nonce: 0,
      valueWei: "5",
    });

    const bumped = await tx("bump", "a", ...journal);
    expect([bumped.code, bumped.stdout]).to.deep.equal([0, "a: the keeper is asked to bump it\n"]);
    expect(keeper.node.sent).to.have.length(1);
    await keeper.ticks(2);
    const [first, second] = keeper.node.sent.map((raw) => Transaction.from(raw));
    expect([second!.nonce, second!.to]).to.deep.equal([0, first!.to]);
    expect(second!.maxPriorityFeePerGas! * 8n >= first!.maxPriorityFeePerGas! * 9n).to.equal(true);
    await keeper.ticks(2);
    expect(keeper.node.sent, "a wish is obeyed once").to.have.length(2);

    const cancelled = await tx("cancel", "a", ...journal, "--json");
    expect([cancelled.code, JSON.parse(cancelled.stdout)]).to.deep.equal([
      0,
      { key: "a", wish: "cancel", keeperRuns: true },
    ]);
    await keeper.ticks(2);
    await keeper.finish();
    expect(keeper.state("a")).to.equal("cancelled");
    expect(await countOf(chain.node, keeper.wallet)).to.equal(0);

    const shown = await tx("show", "a", ...journal);
    expect(shown.stdout).to.match(/^a \(count\): cancelled, a person asked for it\n/);
    expect(shown.stdout).to.contain("asked to bump").and.to.contain("replaced at higher fees");
    const attempts = shown.stdout.split("\n").filter((line) => / 0x[0-9a-f]{64} /.test(line));
    expect(attempts).to.have.length(3);
    const late = await tx("bump", "a", ...journal);
    expect([late.code, late.stderr]).to.deep.equal([3, "kedge: a: too late: it is cancelled\n"]);
    expect((await tx("list", ...journal)).stdout).to.equal("nothing\n");
    expect((await tx("list", "--all", ...journal)).stdout).to.contain("cancelled");
  });

  it("says that no keeper runs, and has the next one obey", async () => {
    keeper.count("a");
    keeper.count("b");
    await keeper.ticks(3);
    keeper.stop();
    for (let i = 0; i < 2; i++) {
      const asked = await tx("cancel", "a", "--journal", keeper.path);
      expect(asked.code).to.equal(4);
      expect(asked.stderr).to.contain("no keeper has").and.to.contain(keeper.path);
    }
    await keeper.restart();
    expect(keeper.journal.wishes(), "asked twice is asked once").to.have.length(1);
    await keeper.ticks(2);
    await keeper.finish();
    expect([keeper.state("a"), keeper.state("b")]).to.deep.equal(["cancelled", "confirmed"]);
  });

  it("says what was wrong", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kedge-cli-tx-"));
    const none = await tx("list", "--journal", join(folder, "none.sqlite"));
    expect([none.code, none.stderr.includes("none.sqlite")]).to.deep.equal([2, true]);
    expect((await tx("list")).code).to.equal(2);
    const unknown = await tx("show", "b", "--journal", keeper.path);
    expect([unknown.code, unknown.stderr]).to.deep.equal([1, `kedge: there is no "b" in ${keeper.path}\n`]);
    rmSync(folder, { recursive: true });
  });
});
