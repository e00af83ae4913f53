import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { RewardsVault__factory } from "../../../typechain-types/index.js";
import { openHardhat, reading } from "../../../scripts/deploy/hardhat.ts";
import type { DeployedContract } from "../../../scripts/deploy/verify/contracts.ts";
import {
  EXPLORERS,
  verifyOn,
  type Answer,
  type ExplorerName,
} from "../../../scripts/deploy/verify/explorer.ts";
import { standardInput } from "../../../scripts/deploy/verify/inputs.ts";
import type { HttpServer } from "../../../scripts/devnet/http/server.ts";
import { ConfigurationError } from "../../../scripts/lib/errors.ts";
import { Secret } from "../../../scripts/lib/secret.ts";
import { startBareChain, type BareChain } from "../support/bareChain.ts";
import {
  API_KEY,
  startExplorerStandIn,
  type Behaviour,
  type ExplorerStandIn,
} from "./support/explorerStandIn.ts";
import { nodeOf } from "./support/nodeOf.ts";
import { skipWaits } from "./support/skipWaits.ts";

const HOODI = 560_048;
const IDENTIFIER = "project/contracts/vaults/RewardsVault.sol:RewardsVault";

describe("verify: explorers", () => {
  let chain: BareChain;
  let node: HttpServer;
  let standIn: ExplorerStandIn;
  let hre: HardhatRuntimeEnvironment;
  let contract: DeployedContract;
  let restoreWaits: () => void;
  const waits: number[] = [];

  before(async () => {
    chain = await startBareChain();
    standIn = await startExplorerStandIn();
    node = await nodeOf(chain.devnet, HOODI);
    hre = await openHardhat("hoodi", (config) =>
      standIn.configure(reading("hoodi", node.url)(config), HOODI),
    );
    const authority = await chain.deployer.getAddress();
    const vault = await new RewardsVault__factory(chain.deployer).deploy(authority);
    await vault.waitForDeployment();
    contract = { name: "RewardsVault", address: await vault.getAddress(), constructorArguments: [authority] };
    restoreWaits = skipWaits([500, 3_000]);
  });
  after(async () => {
    restoreWaits();
    await standIn.close();
    await node.close();
    await chain.close();
  });

  const ask = (name: ExplorerName, behaviour: Behaviour, patienceMs?: number): Promise<Answer> => {
    standIn.behave(behaviour);
    waits.length = 0;
    const sleep = async (ms: number) => void waits.push(ms);
    return verifyOn({ name, hre, secrets: [new Secret(API_KEY)], patienceMs, sleep }, contract);
  };

  for (const name of EXPLORERS) {
    describe(name, () => {
      it("is given source, settings and arguments, and waited for until it has a verdict", async () => {
        expect(await ask(name, "pends once")).to.deep.equal({ outcome: "verified" });
        const [{ input, ...posted }, ...others] = standIn.posted as [(typeof standIn.posted)[0]];
        expect(others).to.deep.equal([]);
        expect(posted).to.deep.equal({
          explorer: name,
          address: contract.address,
          contract: IDENTIFIER,
          compiler: "v0.8.37+commit.f401782d",
          constructorArguments:
            name === "sourcify"
              ? undefined
              : (contract.constructorArguments[0] as string).slice(2).toLowerCase().padStart(64, "0"),
          key: name === "etherscan" ? API_KEY : undefined,
        });
        const kept = standardInput("RewardsVault");
        expect(input.sources).to.deep.equal(kept.sources);
        expect(input.settings).to.deep.include({ viaIR: true, evmVersion: "osaka" });
      });

      it("what it has verified already is not posted", async () => {
        expect(await ask(name, "knows it")).to.deep.equal({ outcome: "already-verified" });
        expect(standIn.posted).to.deep.equal([]);
        expect(await ask(name, "knows it when posted")).to.deep.equal({ outcome: "already-verified" });
      });

      it("refuses what is not the source, after it was given all of the build", async () => {
        const { outcome, detail } = await ask(name, "refuses");
        expect(outcome).to.equal("refused");
        expect(detail).to.match(/^\w+: .*(Unable to verify|bytecodes do not match)/);
        expect(detail).not.to.contain("\n");
        const [own, all] = standIn.posted.map(({ input }) => Object.keys(input.sources).length);
        expect(all).to.be.greaterThan(own!);
        expect(waits).to.deep.equal([]);
      });

      it("is asked again where it is busy", async () => {
        expect(await ask(name, "is busy once")).to.deep.equal({ outcome: "verified" });
        expect(waits).to.have.length(1);
      });

      it("that talks nonsense has not answered", async () => {
        const { outcome, detail } = await ask(name, "talks nonsense");
        expect(outcome).to.equal("unanswered");
        expect(detail).to.match(new RegExp(`^${name}: .*JSON`));
        expect(waits).to.have.length(3);
        expect(standIn.posted).to.deep.equal([]);
      });
    });
  }

  it("one that stays busy is given up", async () => {
    const { outcome, detail } = await ask("sourcify", "is busy");
    expect(outcome).to.equal("unanswered");
    expect(detail).to.match(/^sourcify: .*Too many requests/);
    expect(waits).to.have.length(3);
  });

  it("a key that is not taken stops all, and is not shown", async () => {
    const error: unknown = await ask("etherscan", "does not know the key").catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as Error).message).to.match(/^ETHERSCAN_API_KEY: .*Invalid API Key … .*keystore set/);
  });

  it("one that does not answer is given up after a while", async () => {
    const { outcome, detail } = await ask("etherscan", "does not answer", 1);
    expect(outcome).to.equal("unanswered");
    expect(detail).to.equal("etherscan: no verdict in 0.001 seconds; ask again later");
  });
});
