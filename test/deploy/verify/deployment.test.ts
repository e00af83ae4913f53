import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dataSlice, makeError, toBeHex, type Provider } from "ethers";
import { Create3Factory__factory } from "../../../typechain-types/index.js";
import { readArtifact, type CompilerInput } from "../../../scripts/deploy/artifacts.ts";
import { deploy } from "../../../scripts/deploy/deploy.ts";
import { deployedContracts, type DeployedContract } from "../../../scripts/deploy/verify/contracts.ts";
import type { Answer } from "../../../scripts/deploy/verify/explorer.ts";
import { keepInputs, type FormEntry } from "../../../scripts/deploy/verify/inputs.ts";
import { exitCodeOf, verify, type Verdict } from "../../../scripts/deploy/verify/verify.ts";
import { serveDevnet, type DevnetServers } from "../../../scripts/devnet/http/serve.ts";
import { explain, RetryableError } from "../../../scripts/lib/errors.ts";
import { CONTRACT_NAMES } from "../../../scripts/lib/protocol.ts";
import { Records } from "../../../scripts/lib/records.ts";
import { startBareChain, type BareChain } from "../support/bareChain.ts";
import { nodeOf } from "./support/nodeOf.ts";
import { runVerify } from "./support/program.ts";

const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
/// A path that nobody may see.
const TOKEN = "a-token-of-a-provider";

describe("verify: a deployment", () => {
  let chain: BareChain;
  let folder: string;
  let servers: DevnetServers;
  let contracts: DeployedContract[];

  before(async () => {
    chain = await startBareChain();
    folder = mkdtempSync(join(tmpdir(), "kedge-verify-"));
    await deploy({ ...chain, records: new Records(folder) });
    servers = await serveDevnet(chain.devnet, { rpcPort: 0, beaconPort: 0 });
    contracts = deployedContracts(new Records(folder));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await servers.close();
    await chain.close();
  });

  /// A chain where `name` has other code.
  const withCode = (name: string, code: string) => {
    const { address } = contracts.find((contract) => contract.name === name)!;
    const getCode = async (asked: string) => (asked === address ? code : chain.provider.getCode(asked));
    return { getCode } as unknown as Provider;
  };
  const codeOf = async (name: string) =>
    chain.provider.getCode(contracts.find((contract) => contract.name === name)!.address);
  /// Its first byte is another one.
  const changed = (code: string) =>
    `${toBeHex(BigInt(dataSlice(code, 0, 1)) ^ 1n, 1)}${dataSlice(code, 1).slice(2)}`;

  it("its contracts are those recorded, the factory, and what contracts made", async () => {
    expect(contracts.map(({ name }) => name)).to.deep.equal([
      "Create3Factory",
      ...CONTRACT_NAMES,
      "Unwrapper",
    ]);
    expect(deployedContracts(new Records())).to.deep.equal([]);
  });

  it("code is the sources' for all of them: the program, without an explorer", async () => {
    const options = ["--network", "devnet", "--deployments", folder, "--rpc-url", servers.rpcUrl];
    const { code, stdout, stderr } = await runVerify([...options, "--json"]);
    expect(code, stderr).to.equal(0);
    const expected = contracts.map(({ name, address }) => ({ name, address, outcome: "same" }));
    expect(JSON.parse(stdout)).to.deep.equal({ network: "devnet", contracts: expected });
    expect(stderr.trimEnd().split("\n")).to.have.length(contracts.length);
  });

  it("other code, and none, are told, and no explorer is asked about them", async () => {
    const asked: string[] = [];
    const ask = async ({ name }: DeployedContract): Promise<Answer> => {
      asked.push(name);
      return { outcome: "verified" };
    };
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    const tried = contracts.filter(({ name }) => ["Authority", "RewardsVault"].includes(name));
    const other = withCode("RewardsVault", changed(await codeOf("RewardsVault")));
    const [first, second] = await verify({ contracts: tried, provider: other, ask, say });
    expect(first).to.deep.include({ name: "Authority", outcome: "verified" });
    expect(second).to.deep.include({ name: "RewardsVault", outcome: "differs" });
    expect(second!.detail).to.match(/^byte 0 is not what these sources make/);
    expect(said[1]).to.match(/^RewardsVault 0x\w{40} differs: byte 0 /);
    const [, absent] = await verify({ contracts: tried, provider: withCode("RewardsVault", "0x"), ask, say });
    expect(absent).to.deep.include({ outcome: "absent" });
    expect(asked).to.deep.equal(["Authority", "Authority"]);
  });

  it("a node that does not answer is told, without its address", async () => {
    const requestUrl = `https://node.example/${TOKEN}`;
    const info = { requestUrl } as never;
    const fails = async () => {
      throw makeError("server response 401 Unauthorized", "SERVER_ERROR", { request: requestUrl, info });
    };
    const provider = { getCode: fails } as unknown as Provider;
    const error = await verify({ contracts, provider, say: () => {} }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RetryableError);
    expect(explain(error)).to.match(/^the node does not tell the code at 0x\w{40}: server response 401/);
    expect(explain(error)).not.to.contain(TOKEN);
  });

  it("an exit code says what is to be done", () => {
    const code = (...outcomes: Verdict["outcome"][]) =>
      exitCodeOf(outcomes.map((outcome) => ({ name: "A", address: "0x", outcome })));
    expect(code()).to.equal(3);
    expect(code("same", "same")).to.equal(0);
    expect(code("verified", "already-verified")).to.equal(0);
    expect(code("verified", "unanswered")).to.equal(1);
    for (const wrong of ["absent", "differs", "refused"] as const) {
      expect(code("verified", wrong, "unanswered"), wrong).to.equal(4);
    }
  });

  it("inputs are kept that give, compiled alone, the code that was sent", async () => {
    const kept = await keepInputs(folder, new Records(folder), chain.provider);
    expect(kept).to.deep.equal(contracts.map(({ name }) => name));
    const read = (file: string) => JSON.parse(readFileSync(join(folder, "inputs", file), "utf8")) as unknown;
    const forms = read("index.json") as FormEntry[];
    const records = new Records(folder);
    const factory = Create3Factory__factory.createInterface();
    for (const { name, address, constructorArguments } of forms) {
      const record = records.get(name);
      if (record === undefined) continue;
      expect(address).to.equal(record.address);
      const sent = (await chain.provider.getTransaction(record.transactionHash))!;
      const initCode = factory.parseTransaction(sent)!.args[1] as string;
      expect(initCode, name).to.equal(`${readArtifact(name).bytecode}${constructorArguments}`);
    }

    const { input, contract, compiler } = forms.find(({ name }) => name === "RewardsVault")!;
    expect(compiler).to.match(/^v0\.8\.37\+commit\.[0-9a-f]{8}$/);
    const [source, name] = contract.split(":") as [string, string];
    const text = JSON.stringify(read(input) as CompilerInput);
    const { contracts: made } = JSON.parse(solc.compile(text)) as {
      contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
    };
    expect(`0x${made[source]![name]!.evm.bytecode.object}`).to.equal(readArtifact(name).bytecode);
  });

  it("the input of a contract from older sources is left as it is", async () => {
    const file = join(folder, "inputs", "RewardsVault.json");
    await keepInputs(folder, new Records(folder), chain.provider);
    const before = readFileSync(file, "utf8");
    const older = withCode("RewardsVault", changed(await codeOf("RewardsVault")));
    rmSync(join(folder, "inputs", "Authority.json"));
    const kept = await keepInputs(folder, new Records(folder), older);
    expect(kept).not.to.include("RewardsVault");
    expect(kept).to.include("Authority");
    expect(readFileSync(file, "utf8")).to.equal(before);
  });

  it("the program tells what is missing or wrong before it asks anybody, and shows no secret", async () => {
    const node = await nodeOf(chain.devnet, 11_155_111);
    const withToken = `${node.url}/${TOKEN}`;
    const at = ["--deployments", folder];
    const [nothing, noUrl, noKey, wrongChain, both, noLink] = await Promise.all([
      runVerify(["--network", "hoodi", "--deployments", join(folder, "nowhere")]),
      runVerify(["--network", "hoodi", ...at]),
      runVerify(["--network", "hoodi", ...at], { HOODI_RPC_URL: withToken }),
      runVerify(["--network", "hoodi", ...at, "--offline", "--rpc-url", node.url]),
      runVerify(["--network", "hoodi", ...at, "--offline", "--on", "sourcify"]),
      runVerify(["--network", "hoodi", ...at], { HOODI_RPC_URL: TOKEN }),
    ]);
    await node.close();
    expect(nothing).to.deep.include({ code: 3, stderr: "verify: nothing is recorded of hoodi\n" });
    expect(noUrl.code).to.equal(2);
    expect(noUrl.stderr).to.equal(
      "verify: HOODI_RPC_URL: set neither in the environment nor in Hardhat's keystore; " +
        "for example: npx hardhat keystore set HOODI_RPC_URL\n",
    );
    expect(noKey.code).to.equal(2);
    expect(noKey.stderr).to.match(
      /^verify: ETHERSCAN_API_KEY: set neither .*keystore set ETHERSCAN_API_KEY\n$/,
    );
    expect(wrongChain.code).to.equal(1);
    expect(wrongChain.stderr).to.equal("verify: the node is of chain 11155111, and hoodi is chain 560048\n");
    expect(both.code).to.equal(2);
    expect(both.stderr).to.contain("--on sourcify");
    expect(noLink.code).to.equal(2);
    expect(noLink.stderr).to.match(/^verify: HOODI_RPC_URL: not an http or https URL;/);
    for (const { stdout, stderr } of [noKey, noLink]) expect(stdout + stderr).not.to.contain(TOKEN);
  });
});
