import { expect } from "chai";
import { gatherFacts } from "../../scripts/keepers/facts.ts";
import { SigningState } from "../../scripts/keepers/signingState.ts";
import { CAUSES, type Known } from "../../scripts/keepers/watch/causes.ts";
import { Metrics } from "../../scripts/keepers/watch/metrics.ts";
import type { Dispute } from "../../scripts/keepers/report/witnesses.ts";

describe("keepers: facts", () => {
  async function sourcesOf(node: string, relay: string | undefined) {
    const status = (name: string, state: string) => ({ name, state });
    const execution = {
      status: [status("el-a:8545", node)],
      senderStatus: relay && status("relay:443", relay),
    };
    const facts = await gatherFacts({
      nodes: { beacon: { status: [] }, execution },
      journal: { probe: () => undefined },
      signing: {},
    } as never);
    return { facts, down: CAUSES["execution-down"].find({ facts } as Known) };
  }

  it("take a relay for no execution node, whatever its state", async () => {
    const { facts, down } = await sourcesOf("away", "trusted");
    expect(facts.sources).to.deep.equal([
      { layer: "execution", source: "el-a:8545", healthy: false },
      { layer: "relay", source: "relay:443", healthy: true },
    ]);
    expect(down).to.equal("el-a:8545");
    expect((await sourcesOf("trusted", "away")).down).to.equal(undefined);
    expect((await sourcesOf("trusted", undefined)).facts.sources).to.have.length(1);
  });

  it("take a relay for well until it fails: it is not asked for anything", async () => {
    for (const [state, healthy] of [
      ["unknown", true],
      ["trusted", true],
      ["away", false],
      ["refused", false],
    ] as const) {
      expect((await sourcesOf("trusted", state)).facts.sources![1]!.healthy, state).to.equal(healthy);
    }
  });

  it("tell what keeps a key from signing, and count who may be lying", async () => {
    const metrics = new Metrics({
      keepers: ["report"],
      sources: ["a:1", "b:2"],
      staleSeconds: 60,
      clock: () => 0,
    });
    const reasons: string[] = [];
    const signed = { stopped: () => reasons[0] };
    const state = new SigningState(metrics, signed, "0x12");
    expect(state.facts).to.deep.equal({});
    const dispute: Dispute = {
      field: "exited",
      ours: 1n,
      theirs: 2n,
      sources: ["a:1", "b:2"],
      suspects: ["b:2"],
    };
    state.note(dispute);
    state.note(dispute);
    const stopped = "signed elsewhere";
    reasons.push(stopped);
    expect(state.facts).to.deep.equal({ dispute: "exited is 1 at a:1, 2 at b:2", stopped });
    state.note(undefined);
    expect(state.facts).to.deep.equal({ stopped });
    expect(new SigningState(metrics, signed, undefined).facts).to.deep.equal({});
    const counted = (await metrics.samples()).filter(
      ({ name, labels }) => name === "kedge_source_disagreements_total" && labels.layer === "execution",
    );
    expect(counted.map(({ labels, value }) => [labels.source, value])).to.deep.equal([
      ["a:1", 0],
      ["b:2", 2],
    ]);
  });
});
