import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { ConfigurationError, RetryableError } from "../../../scripts/lib/errors.ts";
import { connectNode, RpcRefusal } from "../../../scripts/lib/tx/rpc.ts";
import { answerOf, isRevert } from "../../../scripts/lib/tx/sending.ts";

describe("tx/rpc", () => {
  let body = "";
  const server = createServer((_, response) => response.end(body));
  let url: string;

  before(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://user:hunter2secret@127.0.0.1:${(server.address() as AddressInfo).port}/v1/apikey123`;
  });
  after(() => server.close());

  async function failure(answer: object | string): Promise<Error> {
    body = typeof answer === "string" ? answer : JSON.stringify(answer);
    return connectNode(url)
      .send("eth_call", [])
      .then(
        () => expect.fail("no error"),
        (error: Error) => error,
      );
  }

  it("tells a node that will not from one that cannot now", async () => {
    const error = (code: number, data?: unknown) => ({ error: { code, message: "no", data } });
    for (const data of ["0xdeadbeef", { data: "0xdeadbeef", message: "m" }]) {
      const refused = await failure(error(3, data));
      expect(refused).to.be.instanceOf(RpcRefusal).with.property("data", "0xdeadbeef");
    }
    expect(await failure(error(-32000)))
      .to.be.instanceOf(RpcRefusal)
      .with.property("data", undefined);
    for (const answer of [error(-32005), "<html>bad gateway</html>", "[]", {}]) {
      expect(await failure(answer)).to.be.instanceOf(RetryableError);
    }
  });

  it("shows neither password nor key of its address", async () => {
    const { message } = await failure({ error: { code: 1, message: "no" } });
    expect(message).to.match(/^eth_call 127\.0\.0\.1:\d+: no$/);
    expect((await failure("<html>")).message).not.to.match(/hunter2|apikey/);
    expect(() => connectNode("ftp://user:hunter2secret@host", {}, "EL_URL"))
      .to.throw(ConfigurationError, "EL_URL")
      .with.property("message")
      .not.to.contain("hunter2");
  });
});

describe("tx/sending", () => {
  it("understands the words of the clients", () => {
    const words = {
      known: [
        "already known",
        "AlreadyKnown",
        "Known transaction",
        "Transaction already imported",
        "Known transaction: 0x12 already exists",
      ],
      used: [
        "nonce too low: next nonce 5, tx nonce 4",
        "OldNonce",
        "Nonce too low. Expected nonce to be 5 but got 4.",
        "nonce is too low",
      ],
      underpriced: [
        "replacement transaction underpriced",
        "Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 3 is necessary to replace the existing transaction with nonce 0.",
        "An existing transaction had higher fee",
        "could not replace existing tx",
        "ReplacementNotAllowed, CurrentFee: 1",
      ],
      never: [
        "oversized data: transaction size 131073, limit 131072",
        "exceeds block gas limit",
        "Transaction gas limit exceeds block gas limit",
        "transaction gas limit too high (cap: 16777216, tx: 16777217)",
        "Transaction gas limit is 16777217 and exceeds transaction gas cap of 16777216",
        "MaxTxSizeExceeded",
        "GasLimitExceeded",
        "intrinsic gas too low: gas 1, minimum needed 21000",
        "transaction type not supported",
      ],
      other: [
        "txpool is full",
        "transaction underpriced",
        "insufficient funds for gas * price + value",
        "tx fee (2.00 ether) exceeds the configured cap (1.00 ether)",
      ],
    };
    for (const [answer, messages] of Object.entries(words)) {
      for (const message of messages) expect(answerOf(message), message).to.equal(answer);
    }
  });

  it("knows a revert with and without bytes from a node that would not run the call", () => {
    expect(isRevert({ said: "x", data: "0xdeadbeef" })).to.equal(true);
    expect(isRevert({ said: "execution reverted", data: "0x" })).to.equal(true);
    expect(isRevert({ said: "invalid opcode: INVALID" })).to.equal(true);
    expect(isRevert({ said: "insufficient funds for transfer" })).to.equal(false);
    expect(isRevert({ said: "header not found" })).to.equal(false);
  });
});
