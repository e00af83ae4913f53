import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AbiCoder } from "ethers";
import { Records } from "../../scripts/lib/records.ts";
import { register, untilAfter } from "../story/support/govern.ts";
import { reportNext } from "../story/support/reports.ts";
import { stake } from "../story/support/stake.ts";
import { ETHER, mined, startWorld, type World } from "../story/support/world.ts";
import { kedge } from "./support/kedge.ts";

const SECRET = "0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356";

describe("kedge govern", () => {
  let world: World;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-cli-"));
    world = await startWorld({ stakersGovern: true, records: new Records(folder) });
    await stake(world, "alice", 100n * ETHER);
    await register(world, ["alice"]);
    await reportNext(world);
    await write("fee.json", {
      calls: [{ contract: "ReportOracle", function: "setFee", arguments: ["900"] }],
    });
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  const path = (name: string) => join(folder, name);
  const write = async (name: string, change: object) =>
    writeFileSync(path(name), JSON.stringify({ title: "Lower the fee", text: "Why.", ...change }));

  const govern = (verb: string, args: string[], environment: Record<string, string> = {}) =>
    kedge(["gov", verb, "--rpc-url", world.servers.rpcUrl, "--deployments", folder, ...args], environment);

  it("tries a proposal, brings it, votes, and shows what became of it", async () => {
    const tried = await govern("simulate", [path("fee.json"), "--account", "alice", "--json"]);
    expect(tried.code, tried.stderr).to.equal(0);
    expect((JSON.parse(tried.stdout) as { changes: unknown }).changes).to.deep.equal([
      { contract: "ReportOracle", figure: "feeBp", before: "1000", after: "900" },
    ]);
    expect(tried.stderr).to.contain("ReportOracle.setFee(newFeeBp: 900)");

    const brought = await govern("propose", [path("fee.json"), "--account", "alice", "--yes", "--json"]);
    expect(brought.code, brought.stderr).to.equal(0);
    // the calls, and what they would change, before anything is signed
    expect(brought.stderr).to.match(/ReportOracle\.setFee\(newFeeBp: 900\)\n.*feeBp: 1000 -> 900/);
    const { proposalId, voteStart } = JSON.parse(brought.stdout) as { proposalId: string; voteStart: number };
    await untilAfter(world, voteStart);

    const unasked = await govern("vote", [proposalId, "--support", "for", "--account", "alice"]);
    expect(unasked.code).to.equal(2);
    expect(unasked.stderr).to.contain("--yes");
    const voted = await govern("vote", [proposalId, "--support", "for", "--account", "alice", "--yes"]);
    expect(voted.code, voted.stderr).to.equal(0);
    expect(voted.stdout).to.equal("100.0000 shares for\n");
    const list = await govern("list", ["--json"]);
    const [listed] = JSON.parse(list.stdout) as { state: string; votes: { for: string } }[];
    expect([listed!.state, listed!.votes.for]).to.deep.equal(["active", String(100n * ETHER)]);
    const shown = await govern("show", [proposalId]);
    expect(shown.stdout).to.match(
      /# Lower the fee\n[^]*ReportOracle\.setFee\(newFeeBp: 900\)\n\nactive: 100\.0/,
    );
    const early = await govern("queue", [proposalId, "--account", "alice", "--yes"]);
    expect(early.code).to.equal(1);
    expect(early.stderr).to.contain("GovernorUnexpectedProposalState").and.not.contain("    at ");
  });

  it("is not stopped by a text that is none, nor by a call that nobody knows: it can be voted against", async () => {
    const { accounts, protocol } = world;
    const governor = protocol.StakerGovernor;
    const thief = await accounts.bob.getAddress();
    const types = ["address[]", "uint256[]", "bytes[]", "bytes"];
    const data = AbiCoder.defaultAbiCoder().encode(types, [[thief], [0n], ["0x12345678"], "0xff801b5b324b"]);
    const selector = governor.interface.getFunction("propose").selector;
    await mined(accounts.alice.sendTransaction({ to: governor, data: selector + data.slice(2) }));
    const list = await govern("list", ["--json"]);
    expect(list.code, list.stderr).to.equal(0);
    const made = (JSON.parse(list.stdout) as { proposalId: string; voteStart: number }[]).at(-1)!;
    await untilAfter(world, made.voteStart);
    const shown = await govern("show", [made.proposalId]);
    expect(shown.code, shown.stderr).to.equal(0);
    expect(shown.stdout)
      .to.contain(`NOT UNDERSTOOD: ${thief} is called with 0x12345678`)
      .and.not.contain("\x1b");
    const vote = ["--support", "against", "--account", "alice", "--yes"];
    const voted = await govern("vote", [made.proposalId, ...vote]);
    expect(voted.code, voted.stderr).to.equal(0);
    expect(voted.stderr).to.contain("NOT UNDERSTOOD");
  });

  it("refuses what would fail, before it is signed", async () => {
    await write("high.json", {
      calls: [{ contract: "ReportOracle", function: "setFee", arguments: ["60000"] }],
    });
    const outcome = await govern("propose", [path("high.json"), "--account", "alice", "--yes"]);
    expect(outcome.code).to.equal(1);
    expect(outcome.stderr).to.match(/the proposal fails: \w+\(.*60000/);
    expect(outcome.stdout).to.equal("");
  });

  it("says what was wrong: bad usage has its own code, and no key is ever shown", async () => {
    for (const [verb, args, complaint] of [
      ["show", ["one"], "'one'"],
      ["vote", ["1", "--support", "maybe", "--account", "alice", "--yes"], "maybe"],
      ["delegate", ["0x12", "--account", "alice", "--yes"], "0x12"],
      ["delegate", [`0x${"11".repeat(20)}`, "--account", "mallory", "--yes"], '"mallory"'],
      ["delegate", [`0x${"11".repeat(20)}`, "--yes"], "nobody signs"],
      ["propose", [path("none.json"), "--account", "alice"], "none.json"],
      ["list", ["--rpc-url", "nowhere"], '"nowhere"'],
      ["list", ["--deployments", path("empty")], "no whole deployment"],
    ] as const) {
      const { code, stderr } = await govern(verb, [...args]);
      expect(stderr).to.contain(complaint);
      expect(code, stderr).to.equal(2);
    }
    const key = await govern("delegate", [`0x${"11".repeat(20)}`, "--yes"], {
      KEDGE_PRIVATE_KEY: `${SECRET}00`,
    });
    expect(key.code).to.equal(2);
    expect(key.stderr).to.contain("KEDGE_PRIVATE_KEY").and.not.contain(SECRET.slice(2, 20));
    const unknown = await govern("show", ["7"]);
    expect(unknown.code).to.equal(1);
    expect(unknown.stderr).to.contain("there is no proposal 7");
  });
});
