import { expect } from "chai";
import { VoidSigner, ZeroAddress, type Provider, type Signer } from "ethers";
import { sendBy, urgencyBy } from "../../scripts/keepers/deadline.ts";
import { checkpointDeadline } from "../../scripts/keepers/jobs/checkpoint.ts";
import { exitDeadline } from "../../scripts/keepers/jobs/exit.ts";
import { JournaledSigner } from "../../scripts/lib/tx/journaledSigner.ts";
import type { Tape } from "../../scripts/keepers/record/tape.ts";
import { TapedSigner } from "../../scripts/keepers/record/tapedSigner.ts";
import type { TxManager } from "../../scripts/lib/tx/manager.ts";
import type { Intent, IntentRequest, Urgency } from "../../scripts/lib/tx/types.ts";

const DEADLINE = { from: 1_000, until: 2_000 };
const TO = `0x${"11".repeat(20)}`;

/** What a job's signer asks the manager for, which has it in a block at once. */
async function asked(urgency: Urgency, via: (signer: Signer) => Signer): Promise<IntentRequest> {
  const requests: IntentRequest[] = [];
  const hash = `0x${"22".repeat(32)}`;
  const manager = {
    submit: (request: IntentRequest) => (requests.push(request), request as Intent),
    tick: async () => undefined,
    get: () => ({ state: "mined", mined: { hash } }),
  } as unknown as TxManager;
  const provider = {
    getTransaction: async () => ({ hash }),
    getTransactionReceipt: async () => ({ hash }),
  } as unknown as Provider;
  const signer = new JournaledSigner({
    address: ZeroAddress,
    provider,
    manager,
    journal: { intents: () => [], now: () => 5_000_000 },
    job: "report",
    urgency,
    patienceMs: 0,
    sleep: async () => undefined,
  });
  await via(signer).sendTransaction({ to: TO, data: "0x01" });
  return requests[0]!;
}

describe("deadlines of acts", () => {
  it("make an act more urgent as they come near, and never less than its job", () => {
    const at = (ofJob: Urgency, change: object = {}) =>
      [1_000, 1_500, 1_501, 1_801, 2_000, 9_999].map((now) =>
        urgencyBy({ ...DEADLINE, ...change }, now, ofJob),
      );
    expect(at("idle")).to.deep.equal(["idle", "idle", "normal", "urgent", "urgent", "urgent"]);
    expect(at("normal")).to.deep.equal(["normal", "normal", "normal", "urgent", "urgent", "urgent"]);
    expect(new Set(at("urgent"))).to.deep.equal(new Set(["urgent"]));
    expect(new Set(at("idle", { isUrgent: true }))).to.deep.equal(new Set(["urgent"]));
    expect(urgencyBy(DEADLINE, 0, "idle"), "before its time").to.equal("idle");
  });

  it("go to the journal with the transaction, by the journal's clock", async () => {
    const request = await asked("idle", (signer) => sendBy(signer, DEADLINE, 1_600));
    expect(request).to.include({ urgency: "normal", deadlineMs: 5_400_000, job: "report" });
    const soon = await asked("idle", (signer) => sendBy(signer, DEADLINE, 1_900));
    expect(soon).to.include({ urgency: "urgent", deadlineMs: 5_100_000 });
  });

  it("that have passed stop nothing: the act is urgent", async () => {
    const late = await asked("idle", (signer) => sendBy(signer, DEADLINE, 2_000));
    expect([late.urgency, late.deadlineMs]).to.deep.equal(["urgent", undefined]);
    const none = await asked("idle", (signer) => sendBy(signer, undefined, 2_000));
    expect([none.urgency, none.deadlineMs]).to.deep.equal(["idle", undefined]);
  });

  it("are kept by the signer that a contract makes of it", async () => {
    const provider = { getTransaction: async () => ({}), getTransactionReceipt: async () => ({}) };
    const request = await asked("idle", (signer) =>
      sendBy(signer, DEADLINE, 1_600).connect(provider as unknown as Provider),
    );
    expect(request).to.include({ urgency: "normal", deadlineMs: 5_400_000 });
  });

  it("are told to who sends while the cycle is recorded, and are in the record", async () => {
    const recorded: unknown[] = [];
    const tape = {
      ask: (_: string, request: unknown, run: () => Promise<unknown>) => (recorded.push(request), run()),
    } as unknown as Tape;
    const provider = { getTransaction: async (hash: string) => ({ hash }) } as unknown as Provider;
    const on = (sender: Signer) => new TapedSigner(provider, { tape, sender, urgency: "idle" });
    const request = await asked("idle", (signer) => sendBy(on(signer), DEADLINE, 1_600).connect(provider));
    expect(request).to.include({ urgency: "normal", deadlineMs: 5_400_000 });
    await asked("idle", on);
    // nobody is told where it is to be seen alone what would be sent
    const dry = sendBy(on(new VoidSigner(ZeroAddress)), DEADLINE, 2_000);
    await dry.sendTransaction({ to: TO, data: "0x01" }).catch(() => undefined);
    expect(recorded).to.deep.equal(
      [
        { urgency: "normal", secondsLeft: 400 },
        { urgency: "idle", secondsLeft: undefined },
        { urgency: "urgent", secondsLeft: undefined },
      ].map((by) => ({ to: TO, data: "0x01", value: undefined, gasLimit: undefined, ...by })),
    );
  });

  it("mean nothing to other signers", () => {
    const other = new VoidSigner(ZeroAddress);
    expect(sendBy(other, DEADLINE, 1_600)).to.equal(other);
  });

  it("of checkpoints are those of their life, of the deficit's note those of its own", () => {
    const checkpoints = [{ id: 5n, time: 1_000 }];
    const seen = { checkpoints, frameSeconds: 384 } as unknown as Parameters<typeof checkpointDeadline>[1];
    for (const step of ["prove", "complete", "submit"] as const) {
      expect(checkpointDeadline({ step, id: 5n }, seen)).to.deep.equal({ from: 1_000, until: 1_768 });
    }
    expect(checkpointDeadline({ step: "open", frontierFrame: 0n }, seen)).to.equal(undefined);
    expect(exitDeadline({ kind: "note" }, { noteAge: 1_800 }, 10_000)).to.deep.equal({
      from: 8_200,
      until: 11_800,
    });
    expect(exitDeadline({ kind: "note" }, {}, 10_000)).to.equal(undefined);
    expect(exitDeadline({ kind: "prove" }, { noteAge: 1_800 }, 10_000)).to.equal(undefined);
  });
});
