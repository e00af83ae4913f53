import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { statusSchema } from "../../scripts/cli/status/schema.ts";
import { localAddress } from "../../scripts/lib/localAccounts.ts";
import { Records } from "../../scripts/lib/records.ts";
import { reportNext } from "../story/support/reports.ts";
import { cooldown } from "../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../story/support/world.ts";
import { kedge, type Outcome } from "./support/kedge.ts";

describe("kedge, of stakers and operators", () => {
  let world: World;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-staking-"));
    world = await startWorld({ records: new Records(folder) });
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  const told = (args: string[]) =>
    kedge([...args, "--rpc-url", world.servers.rpcUrl, "--deployments", folder]);

  /** The data of a verb that does what it should. */
  async function data(args: string[]): Promise<Record<string, any>> {
    const outcome = await told([...args, "--json"]);
    expect(outcome.code, outcome.stderr).to.equal(0);
    return JSON.parse(outcome.stdout) as Record<string, unknown>;
  }
  const alice = ["--account", "alice"];
  const manager = ["--account", "manager"];
  const nonceOf = async (name: "alice") => world.provider.getTransactionCount(world.accounts[name]);

  function expectFailure({ code, stdout, stderr }: Outcome, wanted: number, complaint: string): void {
    expect(stderr).to.contain(complaint).and.not.contain("    at ");
    expect([code, stdout], stderr).to.deep.equal([wanted, ""]);
  }

  describe("stakers", () => {
    it("shows a stake and sends nothing; then sends it", async () => {
      const { protocol } = world;
      const nonce = await nonceOf("alice");
      const tried = await data(["stake", "--ether", "100", ...alice, "--dry-run"]);
      expect(tried).to.deep.include({ dryRun: true, effect: { shares: String(100n * ETHER) } });
      expect(tried.calls).to.have.length(1);
      expect(tried.calls[0]).to.deep.include({ contract: "StakedEther", signature: "stake(address)" });
      expect(tried.calls[0].value).to.equal(String(100n * ETHER));
      expect(BigInt(tried.mostGasWei)).to.be.at.least(BigInt(tried.gasWei));
      expect(await nonceOf("alice")).to.equal(nonce);

      const words = await told(["stake", "--ether", "1", "--wrapped", ...alice, "--dry-run"]);
      expect(words.stdout).to.match(
        /would call WrappedStakedEther\.depositEther\(.*\) with 1000000000000000000 wei\n {2}shares: 1\.000000 \(/,
      );
      expect(words.stdout).to.match(/gas: \d+, 0\.\d+ ether now, 0\.\d+ at most; nothing was sent\n$/);

      const staked = await data(["stake", "--ether", "100", ...alice]);
      expect(staked.shares).to.equal(String(100n * ETHER));
      expect(await protocol.StakedEther.sharesOf(localAddress("alice"))).to.equal(100n * ETHER);
      const receipt = await world.provider.getTransactionReceipt(staked.transaction);
      expect(staked.feeWei).to.equal(String(receipt!.fee));
      expect(await nonceOf("alice")).to.equal(nonce + 1);
    });

    it("wraps and unwraps in a transaction each: a permit in place of an approval", async () => {
      const { StakedEther: ledger, WrappedStakedEther: wrapper } = world.protocol;
      const nonce = await nonceOf("alice");
      const tried = await data(["wrap", "--amount", "40", ...alice, "--dry-run"]);
      expect(tried.calls[0].signature).to.match(/^depositWithPermit\(/);
      expect(await ledger.allowance(localAddress("alice"), wrapper)).to.equal(0n);
      const wrapped = await data(["wrap", "--amount", "40", ...alice]);
      expect(await wrapper.balanceOf(localAddress("alice"))).to.equal(BigInt(wrapped.shares));
      const words = await told(["unwrap", "--amount", "10", ...alice]);
      expect(words.stdout).to.match(
        /^10\.000000 wkETH became 10\.\d{6} kETH\nin block \d+ as 0x[0-9a-f]{64}, for 0\./,
      );
      expect(await nonceOf("alice")).to.equal(nonce + 2);
    });

    it("asks for ether, says when it is expected, and claims it when it is there", async () => {
      const nonce = await nonceOf("alice");
      const asked = await data(["request", "--amount", "20", ...alice]);
      const wrapped = await data(["request", "--amount", "5", "--wrapped", ...alice]);
      expect(await nonceOf("alice"), "a permit each").to.equal(nonce + 2);
      expect(BigInt(wrapped.ticketId)).to.equal(BigInt(asked.ticketId) + 1n);
      const { tickets } = await data(["requests", localAddress("alice")]);
      expect(tickets.map(({ ticketId, state }: any) => [ticketId, state])).to.deep.equal([
        [asked.ticketId, "waiting"],
        [wrapped.ticketId, "waiting"],
      ]);
      expect(tickets[0].readyAt).to.equal(asked.readyAt);
      expect(tickets[0].expectedAt).to.be.at.least(asked.readyAt);
      expectFailure(await told(["claim", ...alice]), 3, "no ticket of this account is finalised");
      expectFailure(await told(["claim", asked.ticketId, ...alice]), 1, "TicketNotFinalized");

      await cooldown(world, BigInt(wrapped.ticketId));
      expect((await data(["requests", ...alice])).tickets[0].state).to.equal("ready");
      await reportNext(world);
      const balance = await data(["balance", ...alice]);
      expect(BigInt(balance.claimableWei)).to.equal(BigInt(balance.inTicketsWei));
      const list = await told(["requests", ...alice]);
      expect(list.stdout).to.match(
        /^ticket +state +shares +ether +cooldown ends +claimable\n +\d+ +finalised +20\.0/,
      );

      const tried = await data(["claim", ...alice, "--dry-run"]);
      expect(tried.effect).to.deep.equal({ amount: balance.claimableWei });
      const claimed = await data(["claim", ...alice]);
      expect(claimed.amountWei).to.equal(balance.claimableWei);
      expect((await told(["requests", ...alice])).stdout).to.equal("no tickets\n");
    });

    it("leaves at once, for a fee that was agreed to", async () => {
      expectFailure(
        await told(["leave", "--amount", "0.5", "--max-fee", "0", ...alice]),
        1,
        "EtherBelowMinimum",
      );
      const left = await data(["leave", "--amount", "0.5", ...alice]);
      expect(BigInt(left.paidWei)).to.be.within((ETHER * 99n) / 200n, ETHER / 2n - 1n);
    });

    it("says what somebody has", async () => {
      const { protocol, provider } = world;
      const owner = localAddress("alice");
      const balance = await data(["balance", owner]);
      const at = { blockTag: balance.blockNumber as number };
      expect(balance).to.deep.include({
        owner,
        etherWei: String(await provider.getBalance(owner, at.blockTag)),
        kethWei: String(await protocol.StakedEther.balanceOf(owner, at)),
        wketh: String(await protocol.WrappedStakedEther.balanceOf(owner, at)),
      });
      const words = await told(["balance", owner]);
      expect(words.stdout).to.contain(owner).and.contain("in 0 tickets");
    });
  });

  describe("operators", () => {
    it("registers, bonds, asks for bond and gives that up, and stands as it is told", async () => {
      const rewards = localAddress("operatorRewards");
      const register = ["operator", "register", "--rewards", rewards, "--commission", "500", ...alice];
      const id = String((await world.protocol.OperatorRegistry.count()) + 1n);
      expect((await data([...register, "--dry-run"])).effect).to.deep.equal({ operatorId: id });
      expect((await data(register)).operatorId).to.equal(id);

      const own = ["--operator", id, ...alice];
      await data(["operator", "bond", "add", "--ether", "10", ...own]);
      const asked = await data(["operator", "bond", "ask", "--ether", "4", ...own]);
      const standing = await data(["operator", "status", id]);
      expect(standing).to.deep.include({
        ...{ operatorId: id, standing: "good", isCurated: false, commissionBp: "500", stakeEth: "0" },
        ...{ manager: localAddress("alice"), rewardAddress: rewards },
        ...{ askedShares: asked.shares, claimableFrom: asked.claimableFrom },
      });
      expectFailure(await told(["operator", "bond", "claim", ...own]), 1, "ClaimTooEarly");
      expect((await data(["operator", "bond", "cancel", ...own])).shares).to.equal(asked.shares);
      const again = await data(["operator", "bond", "ask", "--ether", "4", ...own]);
      const { claimDelaySeconds, secondsPerSlot } = world.parameters;
      await world.devnet.tickSlots(Number(claimDelaySeconds.value / secondsPerSlot.value) + 1);
      const before = await world.protocol.StakedEther.sharesOf(localAddress("alice"));
      expect((await data(["operator", "bond", "claim", ...own])).shares).to.equal(again.shares);
      const after = await world.protocol.StakedEther.sharesOf(localAddress("alice"));
      expect(after - before).to.equal(BigInt(again.shares));

      expectFailure(await told(["operator", "retire", ...own]), 2, "--yes");
      await data(["operator", "retire", ...own, "--yes"]);
      const words = await told(["operator", "status", id]);
      expect(words.stdout).to.match(new RegExp(`^operator ${id}: retired\n`));
      expectFailure(await told(["operator", "status", "99"]), 1, "OperatorUnknown(99)");
    });

    it("commits no keys that are not signed for this pool", async () => {
      const file = join(folder, "commitment.json");
      const key = { pubkey: `0x${"aa".repeat(48)}`, signature: `0x${"bb".repeat(96)}` };
      writeFileSync(file, JSON.stringify({ format: "x", root: `0x${"00".repeat(32)}`, keys: [key] }));
      const commit = ["operator", "commit", file, "--operator", String(world.operatorId), ...manager];
      expectFailure(await told(commit), 1, "keys[0].pubkey");
      writeFileSync(file, "[]");
      expectFailure(await told(commit), 1, "holds no deposit");
    });
  });

  describe("kedge status", () => {
    it("tells of all at one block, as it is documented", async () => {
      const { protocol } = world;
      const outcome = await told(["status", "--json"]);
      expect(outcome.code, outcome.stderr).to.equal(0);
      const status = statusSchema.parse(JSON.parse(outcome.stdout));
      const at = { blockTag: status.block.number };
      const { StakedEther: ledger, ReportOracle: oracle } = protocol;
      expect(status.pool.totalWei).to.equal(String(await ledger.getTotalPooledEther(at)));
      expect(status.pool.bufferWei).to.equal(String(await ledger.buffer(at)));
      const { frame } = await oracle.currentFrame(at);
      expect(status.frame.next.frame).to.equal(String(frame + 1n));
      expect(status.frame.next.secondsLeft).to.equal(status.frame.next.at - status.block.time);
      expect(status.frame.lastReport.frame).to.equal(String(await ledger.lastReportFrame(at)));
      expect(status.frame.parked).to.equal(null);
      expect(status.committee.members).to.have.length(5);
      expect(status.operators.operators.map(({ standing }) => standing)).to.deep.equal(["good", "retired"]);
      expect(status.brake.inflowIsArmed).to.equal(true);
      expect(status.governance.open).to.deep.equal([]);
      expect(status).to.not.have.property("keeper");
    });
  });

  it("says what was wrong, naming the value", async () => {
    for (const [args, code, complaint] of [
      [["stake", "--ether", "ten", ...alice], 2, '"ten" is not an amount'],
      [["stake", "--ether", "-1", ...alice], 2, '"-1" is not an amount'],
      [["stake", "--ether", "1e3", ...alice], 2, '"1e3" is not an amount'],
      [["stake", "--ether", "0", ...alice], 2, "more than nothing"],
      [["stake", "--ether", "0.0000000000000000001", ...alice], 2, "19 decimal places; ether has 18"],
      [["stake", ...alice], 2, "--ether"],
      [["stake", "--ether", "1"], 2, "nobody signs"],
      [
        ["stake", "--ether", "1", "--account", localAddress("alice").replace("0x", "0x0")],
        2,
        "is no address",
      ],
      [["stake", "--ether", "1", "--account", `0x${"12".repeat(20)}`], 2, "signs for no such account"],
      [["wrap", "--amount", "1000000", ...alice], 1, "("],
      [["claim", "x", ...alice], 2, "'x'"],
      [["claim", "77", ...alice], 1, "TicketUnknown(77)"],
      [["balance", localAddress("alice").replace(/[A-F]/, (c) => c.toLowerCase())], 2, "checksum"],
      [["operator", "register", "--rewards", "0x12", "--commission", "5", ...alice], 2, "Not an address"],
      [
        ["operator", "register", "--rewards", localAddress("bob"), "--commission", "5 %", ...alice],
        2,
        "'5 %'",
      ],
      [["operator", "bond", "add", "--ether", "1", "--operator", "77", ...alice], 1, "77"],
    ] as const) {
      expectFailure(await told([...args]), code, complaint);
    }
  });
});
