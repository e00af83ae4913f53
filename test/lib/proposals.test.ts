import { expect } from "chai";
import { JsonRpcProvider, toBeHex } from "ethers";
import { ConfigurationError, FatalError } from "../../scripts/lib/errors.ts";
import { callText, decodeCalls, printable, readProposal, requireKnown } from "../../scripts/lib/proposals.ts";
import { CONTRACT_NAMES, connectProtocol, type Addresses } from "../../scripts/lib/protocol.ts";

const PROPOSER = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

describe("proposals", () => {
  const provider = new JsonRpcProvider("http://127.0.0.1:1", 1, { staticNetwork: true });
  const addresses = Object.fromEntries(CONTRACT_NAMES.map((name, i) => [name, toBeHex(i + 1, 20)]));
  const protocol = connectProtocol(addresses as Addresses, provider);
  after(() => provider.destroy());

  const setFee = { contract: "ReportOracle", function: "setFee", arguments: ["900"] };
  const read = (change: object) =>
    readProposal(
      JSON.stringify({ title: "A title", text: "Why.", calls: [setFee], ...change }),
      protocol,
      PROPOSER,
    );

  async function refusal(promise: Promise<unknown>): Promise<ConfigurationError> {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ConfigurationError);
    return error as ConfigurationError;
  }

  it("calls are told from their bytes as they were written", async () => {
    const parts = { treasuryBp: "2500", reserveBp: "500", keepersBp: 1000 };
    const { description, calls } = await read({
      calls: [
        setFee,
        { contract: "RewardDistributor", function: "setParts", arguments: [parts] },
        {
          contract: "Authority",
          function: "freezeRole(bytes32)",
          arguments: [`0x${"11".repeat(32)}`],
          valueWei: "7",
        },
      ],
    });
    expect(description).to.equal(`# A title\n\nWhy.\n\n#proposer=${PROPOSER}`);
    expect((await decodeCalls(protocol, calls)).map(callText)).to.deep.equal([
      "ReportOracle.setFee(newFeeBp: 900)",
      "RewardDistributor.setParts(parts_: [2500, 500, 1000])",
      `Authority.freezeRole(role: 0x${"11".repeat(32)}) with 7 wei`,
    ]);
  });

  it("what is wrong is told with its place and its value", async () => {
    const cases: [object, string, string][] = [
      [{ title: " " }, "proposal.title", '" "'],
      [{ calls: [] }, "proposal.calls", "[]"],
      [{ calls: [{ ...setFee, contract: "Nobody" }] }, "proposal.calls.0.contract", '"Nobody"'],
      [{ calls: [{ ...setFee, function: "steal" }] }, "proposal.calls[0].function", '"steal"'],
      [{ calls: [{ ...setFee, function: "feeBp", arguments: [] }] }, "proposal.calls[0].function", '"feeBp"'],
      [{ calls: [setFee, { ...setFee, arguments: ["nine"] }] }, "proposal.calls[1].arguments", '["nine"]'],
      [{ calls: [{ ...setFee, arguments: [] }] }, "proposal.calls[0].arguments", "[]"],
      [{ calls: [{ ...setFee, valueWei: "1 ETH" }] }, "proposal.calls.0.valueWei", '"1 ETH"'],
      [{ more: 1 }, "proposal.file", '"more":1'],
    ];
    for (const [change, setting, value] of cases) {
      const error = await refusal(read(change));
      expect(error.setting).to.equal(setting);
      expect(error.message).to.contain(value);
    }
    expect((await refusal(readProposal("{ title", protocol, PROPOSER))).message).to.contain("is not JSON");
  });

  it("a call to somebody else, or to no function, is shown as it is, and nobody proposes it", async () => {
    const { calls } = await read({});
    for (const change of [
      { target: PROPOSER },
      { data: "0x12345678" },
      { data: calls[0]!.data.slice(0, 40) },
    ]) {
      const [decoded] = await decodeCalls(protocol, [{ ...calls[0]!, ...change }]);
      expect(callText(decoded!)).to.match(/^NOT UNDERSTOOD: 0x\w{40} is called with 0x/);
      expect(callText(decoded!)).to.contain(Object.values(change)[0]);
      expect(() => requireKnown([decoded!])).to.throw(FatalError, "is not understood");
    }
    requireKnown(await decodeCalls(protocol, calls));
  });

  it("a text cannot move a terminal's cursor, nor hide what stands behind it", () => {
    expect(printable("a\rb\x1b[2Kc\u202ed\ne")).to.equal("a\ufffdb\ufffd[2Kc\ufffdd\ne");
  });
});
