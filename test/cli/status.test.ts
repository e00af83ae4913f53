import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { ProtocolStatus } from "../../scripts/actions/status/status.ts";
import { keeperStatus } from "../../scripts/cli/status/keeper.ts";
import { statusText } from "../../scripts/cli/status/text.ts";
import { watch } from "../../scripts/cli/status/watch.ts";
import { FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { HttpClient } from "../../scripts/lib/http.ts";

const ETHER = 10n ** 18n;

/** A pool in which all that can stop something has stopped it. */
const STATUS: ProtocolStatus = {
  block: { number: 7, hash: `0x${"11".repeat(32)}`, time: 1_000 },
  pool: {
    ...{ totalWei: 1_234n * ETHER, shares: 1_000n * ETHER, rate: (ETHER * 1_234n) / 1_000n },
    ...{ undrippedWei: ETHER, dripEndsAt: 2_000, bufferWei: 30n * ETHER, vaultsWei: 2n * ETHER },
  },
  queue: {
    ...{
      lastTicketId: 9n,
      openTickets: 2,
      askedShares: ETHER,
      askedWei: 2n * ETHER,
      finalisedWei: 5n * ETHER,
    },
    ...{ unclaimedWei: ETHER, namedTicketId: 8n, cooldownSeconds: 60, isPaused: true, pausedUntil: 3_000 },
    ...{ isHeld: true, heldUntil: 4_000, isSuspended: true },
  },
  frame: {
    next: { frame: 5n, refSlot: 160n, at: 1_100, secondsLeft: 100 },
    lastReport: { frame: 4n, refSlot: 128n, bookedAt: 900 },
    parked: { refSlot: 128n, reportHash: `0x${"22".repeat(32)}` },
  },
  committee: {
    frame: 4n,
    members: [
      { memberId: 1n, key: `0x${"01".repeat(20)}`, weight: 2n, hasSigned: true },
      { memberId: 2n, key: `0x${"02".repeat(20)}`, weight: 1n, hasSigned: false },
      { memberId: 3n, key: `0x${"03".repeat(20)}`, weight: 4n, hasSigned: true },
    ],
    ...{ totalWeight: 7n, signedWeight: 6n, submitter: `0x${"04".repeat(20)}` },
  },
  operators: {
    ...{ count: 3n, stakeEth: 96n },
    operators: [
      { operatorId: 1n, standing: "good", stakeEth: 64n },
      { operatorId: 2n, standing: "jailed", stakeEth: 32n },
      { operatorId: 3n, standing: "good", stakeEth: 0n },
    ],
  },
  brake: {
    ...{ inflowIsArmed: true, finalisationIsArmed: false },
    staking: { isPaused: false, until: 0 },
    deposits: { isPaused: true, until: 5_000 },
    finalisation: { isPaused: false, until: 0 },
  },
  governance: {
    open: [
      {
        ...{ proposalId: 42n, state: "active", title: "Lower\x1b[2J the fee", voteEnd: 6_000 },
        votes: { for: 1n, against: 0n, abstain: 0n },
      },
    ],
  },
};

describe("kedge status, for people", () => {
  it("says what stands in the way, and moves nobody's cursor", () => {
    const text = statusText(STATUS);
    for (const part of [
      "1,234.0000 ether, 1,000.0000 shares, rate 1.234000000",
      "2 open tickets for 2.0000 ether, named up to 8 of 9",
      "paused until 1970-01-01T00:50:00Z, held until 1970-01-01T01:06:40Z, suspended",
      "next 5 (slot 160) at 1970-01-01T00:18:20Z, in 100 s",
      `PARKED: slot 128, 0x${"22".repeat(32)}`,
      "3 members of weight 7; of frame 4 6 signed: members 1, 3",
      "3 with 96 ETH: 2 good, 1 jailed",
      "inflow armed, finalisation pulled",
      "deposits paused until",
      "active until 1970-01-01T01:40:00Z: Lower\ufffd[2J the fee (42)",
    ]) {
      expect(text).to.contain(part);
    }
    expect(text).to.not.contain("\x1b").and.not.contain("staking paused").and.not.contain("keeper");
    const idle = { ...STATUS, committee: { ...STATUS.committee, submitter: null } };
    expect(statusText(idle)).to.contain("nothing is submitted").and.not.contain("6 signed");
  });

  it("shows a block once, waits for a node that is away, and ends when it is told to", async () => {
    const stop = new AbortController();
    const heads = [5, 5, new RetryableError("away"), 6, 6, 7];
    const seen: unknown[] = [];
    await watch({
      head: async () => {
        const next = heads.shift()!;
        if (next instanceof Error) throw next;
        return next;
      },
      read: async () => heads.length,
      show: (left) => void seen.push(left),
      complain: (problem) => void seen.push(problem),
      sleep: async () => void (heads.length === 0 && stop.abort()),
      signal: stop.signal,
    });
    expect(seen).to.deep.equal([5, "away", 2, 0]);
    const broken = watch({
      head: async () => 1,
      read: () => Promise.reject(new FatalError("broken")),
      show: () => undefined,
      complain: (problem) => void seen.push(problem),
      sleep: async () => undefined,
      signal: new AbortController().signal,
    });
    expect(await broken.catch((error: unknown) => error)).to.be.instanceOf(FatalError);
  });
});

describe("kedge status, of a keeper", () => {
  let server: Server;
  let answer: string;
  before(async () => {
    server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => server.close());

  const ask = () => {
    const { port } = server.address() as AddressInfo;
    return keeperStatus(new HttpClient(`http://somebody:hunter2@127.0.0.1:${port}`));
  };

  it("tells its jobs, and why it is not ready", async () => {
    answer = JSON.stringify({
      ...{ ready: false, alive: true, causes: [{ id: "balance-low", sentence: "…", detail: "0.01 ether" }] },
      jobs: { report: { lastSuccessAt: 7 }, exit: {} },
    });
    const keeper = await ask();
    expect(keeper).to.deep.equal({
      ready: false,
      causes: [{ id: "balance-low", detail: "0.01 ether" }],
      jobs: { report: { lastSuccessAt: 7 }, exit: {} },
    });
    const text = statusText({ ...STATUS, keeper });
    expect(text).to.contain("NOT READY; report, exit (not yet)").and.contain("balance-low: 0.01 ether");
  });

  it("says what is no keeper, and no password", async () => {
    for (answer of ["<html>", JSON.stringify({ ready: "yes" })]) {
      const keeper = await ask();
      expect(keeper).to.have.property("problem").that.contains("status.json is no keeper's");
      expect(JSON.stringify(keeper)).to.not.contain("hunter2");
    }
    const away = await keeperStatus(new HttpClient("http://somebody:hunter2@127.0.0.1:1"));
    expect(away).to.have.property("problem").that.contains("127.0.0.1:1");
    expect(JSON.stringify(away)).to.not.contain("hunter2");
  });
});
