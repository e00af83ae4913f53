import { expect } from "chai";
import {
  type ContractFacts,
  checkContractGraph,
  contractGraph,
  deployOrder,
  orderFindings,
} from "../../scripts/check/graph-contracts.ts";
import { withProject } from "./project.ts";

const contract = (name: string, needs: string[] = [], bases: string[] = []): ContractFacts => ({
  name,
  needs,
  bases,
  deployable: true,
});

/** What Hardhat writes for a contract: its artifact, and its definition in the compilation's output. */
function compiled(
  contracts: { name: string; constructorTypes?: string[]; bases?: number[]; code?: string }[],
) {
  const artifacts = contracts.map(({ name, constructorTypes = [], code = "0x60" }) => [
    `artifacts/contracts/${name}.sol/${name}.json`,
    JSON.stringify({
      contractName: name,
      inputSourceName: "project/contracts/All.sol",
      buildInfoId: "build",
      bytecode: code,
      abi: [{ type: "constructor", inputs: constructorTypes.map((internalType) => ({ internalType })) }],
    }),
  ]);
  const nodes = contracts.map(({ name, bases = [] }, id) => ({
    nodeType: "ContractDefinition",
    id,
    name,
    linearizedBaseContracts: [id, ...bases],
  }));
  return {
    ...(Object.fromEntries(artifacts) as Record<string, string>),
    "artifacts/build-info/build.output.json": JSON.stringify({
      output: { sources: { "project/contracts/All.sol": { ast: { nodes } } } },
    }),
  };
}

describe("check/graph-contracts", () => {
  it("finds a planted cycle through an interface", () => {
    const files = compiled([
      { name: "ILedger", code: "0x" },
      { name: "Ledger", bases: [0], constructorTypes: ["contract Vault", "address"] },
      { name: "Vault", constructorTypes: ["contract ILedger"] },
    ]);
    withProject(files, (context) => {
      expect(checkContractGraph(context)).to.deep.equal([
        "constructors form a cycle: Ledger -> Vault -> Ledger",
      ]);
    });
  });

  it("finds a deployment in the wrong order", () => {
    const files = {
      ...compiled([{ name: "Ledger" }, { name: "Vault", constructorTypes: ["contract Ledger"] }]),
      "scripts/deploy/steps/010-vault.ts": 'await deploy("Vault");',
      "scripts/deploy/steps/020-ledger.ts": 'await deploy("Ledger");',
    };
    withProject(files, (context) => {
      expect(checkContractGraph(context)).to.deep.equal([
        "scripts/deploy/steps come to Vault before Ledger, which its constructor takes",
      ]);
    });
  });

  it("passes a project without contracts", () => {
    withProject({}, (context) => expect(checkContractGraph(context)).to.deep.equal([]));
  });

  it("draws an edge to everyone who has the interface, and none to foreign types", () => {
    const graph = contractGraph([
      contract("Queue", ["ILedger", "IDepositContract"]),
      contract("Ledger", [], ["ILedger", "ERC20"]),
      contract("OtherLedger", [], ["ILedger"]),
      { ...contract("ILedger"), deployable: false },
    ]);
    expect([...graph.keys()]).to.deep.equal(["Queue", "Ledger", "OtherLedger"]);
    expect([...(graph.get("Queue") ?? [])]).to.deep.equal(["Ledger", "OtherLedger"]);
  });

  it("reads the deploy order from the first mentions", () => {
    const names = new Set(["Authority", "Ledger"]);
    const steps = ['deploy("Ledger", [addressOf("Authority")])', "deploy(`Authority`); // Ledger"];
    expect(deployOrder(steps, names)).to.deep.equal(["Ledger", "Authority"]);
  });

  it("accepts an order that has all that is needed before", () => {
    const graph = contractGraph([contract("Queue", ["Ledger"]), contract("Ledger")]);
    expect(orderFindings(graph, ["Ledger", "Queue"])).to.deep.equal([]);
  });
});
