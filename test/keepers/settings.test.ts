import { expect } from "chai";
import { Command } from "commander";
import { feePolicies } from "../../scripts/keepers/feeSettings.ts";
import { KEEPER_JOBS, KEEPER_SETTINGS } from "../../scripts/keepers/settings.ts";
import { deploymentFolder } from "../../scripts/lib/records.ts";
import type { InvalidSettings } from "../../scripts/lib/settings/problems.ts";
import { resolveSettings } from "../../scripts/lib/settings/resolve.ts";
import type { AnySetting, Others } from "../../scripts/lib/settings/setting.ts";
import { withSettings } from "../../scripts/cli/settingFlags.ts";

const KEY = `0x${"5a".repeat(32)}`;
const HOODI = {
  KEDGE_NETWORK: "hoodi",
  KEDGE_EL_URLS: "http://el",
  KEDGE_CL_URLS: "http://a,http://b,http://c",
};

const resolve = (env: Record<string, string> = {}) => resolveSettings(KEEPER_SETTINGS, { env }).values;

function wrong(env: Record<string, string>): string[] {
  try {
    resolve(env);
  } catch (error) {
    return (error as InvalidSettings).problems.map(({ message }) => message);
  }
  return [];
}

/** The settings that others ask for as they settle. */
function rulesOf({ kind, example, otherwise, check }: AnySetting) {
  const values = [kind.schema.safeParse(kind.read(example)).data, false];
  return [
    ...("from" in otherwise ? [{ from: otherwise.from, run: (others: Others) => otherwise.of(others) }] : []),
    ...(check
      ? [{ from: check.from, run: (others: Others) => values.map((value) => check.problem(value, others)) }]
      : []),
  ];
}

describe("keepers: settings", () => {
  it("need nothing on the local chain, and act there", () => {
    expect(resolve()).to.deep.include({
      network: "devnet",
      chainId: 31_337,
      deployments: deploymentFolder("devnet"),
      elUrls: ["http://127.0.0.1:8545"],
      clUrls: ["http://127.0.0.1:5052"],
      clQuorum: 1,
      jobs: [...KEEPER_JOBS],
      dryRun: false,
      healthHost: "127.0.0.1",
      memberId: undefined,
    });
  });

  it("need nodes elsewhere, only show there what they would do, and want most nodes to agree", () => {
    expect(wrong({ KEDGE_NETWORK: "hoodi" }).map((message) => message.split(":")[0])).to.deep.equal([
      "elUrls",
      "clUrls",
    ]);
    expect(resolve(HOODI)).to.deep.include({ chainId: 560_048, dryRun: true, clQuorum: 2 });
    expect(wrong({ ...HOODI, KEDGE_NETWORK: "testnet" }).join()).to.contain("chainId: is needed");
    expect(resolve({ ...HOODI, KEDGE_NETWORK: "testnet", KEDGE_CHAIN_ID: "7" }).dryRun).to.equal(true);
    expect(resolve({ ...HOODI, KEDGE_NETWORK: "copy", KEDGE_CHAIN_ID: "31337" }).dryRun).to.equal(false);
  });

  it("take no quorum that two sides could reach, or none", () => {
    for (const [quorum, problem] of [
      ["1", "more than half of the 3"],
      ["4", "at most the 3"],
    ]) {
      expect(wrong({ ...HOODI, KEDGE_CL_QUORUM: quorum! })[0]).to.contain(
        `KEDGE_CL_QUORUM: must be ${problem}`,
      );
    }
    expect(resolve({ ...HOODI, KEDGE_CL_QUORUM: "3" }).clQuorum).to.equal(3);
  });

  it("send nothing away from the local chain without a key, of which there is one", () => {
    expect(wrong({ ...HOODI, KEDGE_DRY_RUN: "false" })[0]).to.contain(
      "KEDGE_DRY_RUN: can be false only where somebody signs",
    );
    expect(resolve({ ...HOODI, KEDGE_DRY_RUN: "false", KEDGE_PRIVATE_KEY: KEY }).dryRun).to.equal(false);
    const keystore = { KEDGE_KEYSTORE_FILE: "k.json", KEDGE_KEYSTORE_PASSWORD: "p" };
    const remote = { KEDGE_SIGNER_URL: "http://s", KEDGE_SIGNER_ADDRESS: `0x${"11".repeat(20)}` };
    expect(wrong({ KEDGE_PRIVATE_KEY: KEY, ...keystore })[0]).to.contain(
      "KEDGE_PRIVATE_KEY: is set, and so is keystoreFile",
    );
    expect(wrong({ KEDGE_PRIVATE_KEY: KEY, ...remote })[0]).to.contain("and so is signerUrl");
    expect(wrong({ ...keystore, ...remote })[0]).to.contain(
      "KEDGE_KEYSTORE_FILE: is set, and so is signerUrl",
    );
    expect(wrong({ KEDGE_KEYSTORE_FILE: "k.json" })[0]).to.contain(
      "keystorePassword: is needed where keystoreFile is set",
    );
    expect(wrong({ KEDGE_SIGNER_URL: "http://s" })[0]).to.contain(
      "signerAddress: is needed where signerUrl is set",
    );
    expect(wrong({ KEDGE_MEMBER_ID: "2" })[0]).to.contain("KEDGE_MEMBER_ID: needs the member's key");
    expect(resolve({ KEDGE_MEMBER_ID: "2", KEDGE_MEMBER_PRIVATE_KEY: KEY }).memberId).to.equal(2);
  });

  it("give a policy of fees for each urgency, the more urgent the dearer", () => {
    const { idle, normal, urgent } = feePolicies(
      resolve({ KEDGE_IDLE_MAX_FEE: "3.5", KEDGE_IDLE_PRIORITY_FLOOR: "0" }),
    );
    expect(idle).to.deep.equal({ maxFeeWei: 3_500_000_000n, minPriorityFeeWei: 0n, tipPercentile: 10 });
    expect(normal.maxFeeWei < urgent.maxFeeWei && idle.maxFeeWei < normal.maxFeeWei).to.equal(true);
    expect(normal.minPriorityFeeWei < urgent.minPriorityFeeWei).to.equal(true);
    expect(wrong({ KEDGE_NORMAL_CAP_PERCENT: "40" })[0]).to.contain(
      "idleCapPercent (default): must be at most normalCapPercent, which is 40",
    );
    expect(wrong({ KEDGE_NORMAL_PRIORITY_FLOOR: "41" })[0]).to.contain(
      "KEDGE_NORMAL_PRIORITY_FLOOR: must be at most normalMaxFee, which is 40.00 gwei",
    );
  });

  it("follow only from settings that come before them and that they name", () => {
    const names = Object.keys(KEEPER_SETTINGS);
    for (const [i, [name, setting]] of Object.entries(KEEPER_SETTINGS).entries()) {
      for (const { from, run } of rulesOf(setting as AnySetting)) {
        expect(names, name).to.include.members([...from]);
        const asked = new Set<string>();
        const others = new Proxy({} as Record<string, unknown>, {
          get: (_, other: string) => (asked.add(other), other === "clUrls" ? ["a"] : 1n),
        });
        run(others);
        expect(from, name).to.include.members([...asked]);
      }
      const { otherwise } = setting as AnySetting;
      if ("from" in otherwise) expect(names.slice(0, i), name).to.include.members([...otherwise.from]);
    }
  });

  it("explain themselves in one sentence, with an example that is right", () => {
    for (const [name, { about, example, section, kind, isSecret }] of Object.entries(KEEPER_SETTINGS)) {
      expect(about, name).to.match(/^[A-Z][^\n]+\.$/);
      expect(section, name).not.to.equal("");
      if (!isSecret)
        expect(kind.schema.safeParse(kind.read(example)).success, `${name} = ${example}`).to.equal(true);
    }
  });

  it("are all flags but for the secrets, and every flag comes back under its setting's name", () => {
    const command = withSettings(new Command(), KEEPER_SETTINGS);
    const flags = new Set(command.options.map((option) => option.attributeName()));
    const names = Object.entries(KEEPER_SETTINGS).flatMap(([name, { isSecret }]) => (isSecret ? [] : [name]));
    expect([...flags]).to.have.members(["config", ...names]);
  });
});
