import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { checkExit, readExit } from "../../scripts/actions/checkExit.ts";
import type { BeaconSource } from "../../scripts/lib/beaconClient.ts";
import { ConfigurationError, FatalError } from "../../scripts/lib/errors.ts";
import { seedFromMnemonic, validatorKey } from "../../scripts/lib/keys.ts";
import { BEACON_NETWORKS } from "../../scripts/lib/keystores/networks.ts";
import { signVoluntaryExit, voluntaryExitJson } from "../../scripts/lib/voluntaryExit.ts";
import { errorOf, WORDS } from "../lib/keystores/support.ts";

describe("an exit that is handed over", () => {
  const hoodi = BEACON_NETWORKS.hoodi!;
  const [ours, other] = [0, 1].map((index) => validatorKey(seedFromMnemonic(WORDS), index));
  const exit = { epoch: 700, validatorIndex: 12 };
  const signed = signVoluntaryExit(ours!.secretKey, exit, hoodi);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "kedge-exit-"))));
  after(() => rmSync(folder, { recursive: true }));

  /** A node of Hoodi that knows one validator. */
  const node = {
    genesis: async () => ({ genesisValidatorsRoot: hoodi.genesisValidatorsRoot }),
    spec: async () => ({ values: { CAPELLA_FORK_VERSION: hoodi.capellaForkVersion } }),
    validators: async (_state: string, [index]: number[]) => (index === 12 ? [{ pubkey: ours!.pubkey }] : []),
  } as unknown as BeaconSource;

  it("is whose it says, and of that chain", async () => {
    expect(await checkExit(node, signed)).to.deep.equal({ pubkey: ours!.pubkey });
    const mainnet = signVoluntaryExit(ours!.secretKey, exit, BEACON_NETWORKS.mainnet!);
    const stranger = signVoluntaryExit(other!.secretKey, exit, hoodi);
    for (const wrong of [mainnet, stranger, { ...signed, epoch: 701 }]) {
      expect(await errorOf(checkExit(node, wrong)))
        .to.be.instanceOf(FatalError)
        .with.property("message")
        .that.contains("did not sign this exit");
    }
    const unknown = await errorOf(checkExit(node, { ...signed, validatorIndex: 13 }));
    expect(unknown).to.have.property("message", "the beacon chain knows no validator 13");
  });

  it("is read as it was printed, and nothing else is", async () => {
    const file = join(folder, "exit.json");
    const json = voluntaryExitJson(signed);
    writeFileSync(file, JSON.stringify(json));
    expect(await readExit(file)).to.deep.equal(signed);
    for (const text of [
      "",
      "[]",
      JSON.stringify({ ...json, more: 1 }),
      JSON.stringify({ message: json.message }),
    ]) {
      writeFileSync(file, text);
      expect(await errorOf(readExit(file))).to.be.instanceOf(ConfigurationError);
    }
    expect(await errorOf(readExit(join(folder, "none.json"))))
      .to.have.property("message")
      .that.contains("none.json");
  });
});
