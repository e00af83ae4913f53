import { expect } from "chai";
import { BeaconClient, type BeaconSource, type StateId } from "../../scripts/lib/beaconClient.ts";
import { rememberStates } from "../../scripts/lib/stateMemory.ts";

/** A client that counts what it is asked for, and may fail. */
class CountingClient extends BeaconClient {
  readonly asked: StateId[] = [];
  fails = false;

  override stateSsz(stateId: StateId): Promise<{ bytes: Uint8Array; fork: string | undefined }> {
    this.asked.push(stateId);
    if (this.fails) return Promise.reject(new Error("away"));
    return Promise.resolve({ bytes: new Uint8Array([this.asked.length]), fork: "fulu" });
  }
}

describe("states that are remembered", () => {
  let client: CountingClient;
  let remembering: BeaconSource;

  beforeEach(() => {
    client = new CountingClient("http://127.0.0.1:1");
    remembering = rememberStates(client, 2);
  });

  it("asks once for a state that is named by its root, and for the oldest again", async () => {
    const first = await remembering.stateSsz("0x01");
    expect(await remembering.stateSsz("0x01")).to.equal(first);
    await remembering.stateSsz("0x02");
    await remembering.stateSsz("0x03");
    await remembering.stateSsz("0x02");
    expect(client.asked).to.deep.equal(["0x01", "0x02", "0x03"]);
    await remembering.stateSsz("0x01");
    expect(client.asked).to.have.length(4);
  });

  it("asks again for what moves, and for what failed", async () => {
    await remembering.stateSsz("head");
    await remembering.stateSsz("head");
    client.fails = true;
    const failed = await remembering.stateSsz("0x01").catch((error: Error) => error.message);
    expect(failed).to.equal("away");
    client.fails = false;
    await remembering.stateSsz("0x01");
    expect(client.asked).to.deep.equal(["head", "head", "0x01", "0x01"]);
  });

  it("is the same client for everything else", () => {
    expect(remembering.name).to.equal(client.name);
  });
});
