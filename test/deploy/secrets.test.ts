import { expect } from "chai";
import { deployerKeyOf, rpcUrlOf } from "../../scripts/deploy/secrets.ts";
import { ConfigurationError, explain } from "../../scripts/lib/errors.ts";

const KEY = `0x${"5e".repeat(32)}`;
const WRONG = "0x5e5e5e";

describe("deploy: secrets", () => {
  const set = {
    HOODI_DEPLOYER_KEY: KEY,
    HOODI_RPC_URL: "https://node.example/token",
    SEPOLIA_DEPLOYER_KEY: WRONG,
    SEPOLIA_RPC_URL: WRONG,
  };
  const environment = { ...process.env };

  before(() => Object.assign(process.env, set));
  after(() => {
    for (const name of Object.keys(set)) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
  });

  it("each network has a node and a key of its own, and neither is seen by chance", async () => {
    const [key, url] = [await deployerKeyOf("hoodi"), await rpcUrlOf("hoodi")];
    expect(key.reveal()).to.equal(KEY);
    expect(url.reveal()).to.equal(set.HOODI_RPC_URL);
    expect(`${key} ${JSON.stringify(url)}`).to.equal('[secret] "[secret]"');
  });

  it("what is wrong is told by its name, and how to set it, without the value", async () => {
    for (const [name, asked] of [
      ["SEPOLIA_DEPLOYER_KEY", deployerKeyOf("sepolia")],
      ["SEPOLIA_RPC_URL", rpcUrlOf("sepolia")],
    ] as const) {
      const error: unknown = await asked.catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(explain(error)).to.match(new RegExp(`^${name}: not .*npx hardhat keystore set ${name}$`));
      expect(explain(error)).not.to.contain(WRONG);
    }
  });
});
