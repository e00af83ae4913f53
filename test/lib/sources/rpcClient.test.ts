import { expect } from "chai";
import { FatalError, RetryableError } from "../../../scripts/lib/errors.ts";
import { RpcClient, type RpcAnswer } from "../../../scripts/lib/sources/rpcClient.ts";

interface Call {
  jsonrpc: string;
  id: number;
  method: string;
  params: unknown[];
}

const NO = { code: -32600, message: "no batches" };

describe("JSON-RPC in batches", () => {
  /** What was sent, exchange by exchange. */
  let sent: (Call | Call[])[];
  beforeEach(() => {
    sent = [];
  });

  const honest = ({ id, method, params }: Call) => ({ jsonrpc: "2.0", id, result: [method, ...params] });

  /** A node that answers one call honestly, and a batch as told: with a body or a whole response. */
  function node(toBatch: (calls: Call[]) => unknown = (calls) => calls.map(honest)): RpcClient {
    const answer = async (_: unknown, init?: RequestInit) => {
      const asked = JSON.parse(init!.body as string) as Call | Call[];
      sent.push(asked);
      const told: unknown = Array.isArray(asked) ? toBatch(asked) : honest(asked);
      return told instanceof Response ? told : new Response(JSON.stringify(told));
    };
    return new RpcClient("http://node.example/", { fetch: answer as typeof fetch });
  }

  const balances = (client: RpcClient, count: number) =>
    Promise.allSettled(Array.from({ length: count }, (_, i) => client.request("eth_getBalance", [i])));
  const right = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      status: "fulfilled",
      value: { result: ["eth_getBalance", i] },
    }));
  const sizes = () => sent.map((exchange) => (Array.isArray(exchange) ? exchange.length : "alone"));

  it("go as one what is asked in one turn, and alone what is asked alone", async () => {
    const client = node((calls) => calls.map(honest).toReversed());
    expect(await balances(client, 3)).to.deep.equal(right(3));
    expect(await balances(client, 1)).to.deep.equal(right(1));
    expect(sizes()).to.deep.equal([3, "alone"]);
    const ids = sent.flat().map(({ id }) => id);
    expect(new Set(ids).size).to.equal(4);
  });

  it("wait for all that follows from an answer, and not for another answer", async () => {
    const client = node();
    const after = async (promises: number) => {
      for (let i = 0; i < promises; i++) await Promise.resolve();
      return client.request("eth_gasPrice", []);
    };
    const nextTurn = new Promise((resolve) => setImmediate(resolve)).then(() => after(0));
    await Promise.all([after(1), after(40), after(7), nextTurn]);
    expect(sizes()).to.deep.equal([3, "alone"]);
  });

  it("are of 50 calls at most", async () => {
    expect(await balances(node(), 101)).to.deep.equal(right(101));
    expect(sizes()).to.deep.equal([50, 50, "alone"]);
  });

  it("leave alone what is sent, what has long answers, and what is not known to be a read", async () => {
    const client = node();
    const alone: [string, unknown[]][] = [
      ["eth_sendRawTransaction", ["0x02"]],
      ["eth_sendTransaction", [{}]],
      ["eth_getLogs", [{}]],
      ["eth_getBlockByNumber", ["latest", true]],
      ["eth_getBlockByHash", ["0x01", true]],
    ];
    const together: [string, unknown[]][] = [
      ["eth_getBlockByNumber", ["latest", false]],
      ["eth_call", [{}, "latest"]],
    ];
    await Promise.all([...alone, ...together].map(([method, params]) => client.request(method, params)));
    const methods = sent.map((exchange) => [exchange].flat().map(({ method }) => method));
    expect(methods).to.deep.equal([...alone.map(([method]) => [method]), together.map(([method]) => method)]);
  });

  it("keep an error of the node to the call that it answers", async () => {
    const error = { code: 3, message: "reverted", data: "0x12" };
    const client = node((calls) =>
      calls.map((call, i) => (i === 1 ? { jsonrpc: "2.0", id: call.id, error } : honest(call))),
    );
    const answers = await balances(client, 3);
    expect(answers).to.deep.equal(right(3).with(1, { status: "fulfilled", value: { error } as never }));
  });

  type Told = Record<string, unknown>;
  const wrong: [string, (answers: Told[]) => unknown, number[]][] = [
    ["has no answer", (answers) => answers.toSpliced(1, 1), [1]],
    ["has another's number", (answers) => answers.with(1, { ...answers[1], id: "other" }), [1]],
    ["has its number twice", (answers) => answers.with(1, { ...answers[1], id: answers[0]!.id }), [0, 1]],
    ["has neither result nor error", (answers) => answers.with(2, { id: answers[2]!.id }), [2]],
    ["is answered beside strangers", (answers) => [null, 7, { id: 99, result: 1 }, ...answers], []],
    ["is answered by no list", ([first]) => first, [0, 1, 2]],
    ["is answered by nothing", () => null, [0, 1, 2]],
    ["is answered by an empty list", () => [], [0, 1, 2]],
  ];
  for (const [what, change, failed] of wrong) {
    it(`fail no other call where one ${what}`, async () => {
      const client = node((calls) => change(calls.map(honest)));
      const answers = await balances(client, 3);
      answers.forEach((answer, i) => {
        if (!failed.includes(i)) return expect(answer).to.deep.equal(right(3)[i]);
        const { reason } = answer as PromiseRejectedResult;
        expect(reason, String(i)).to.be.instanceOf(FatalError);
        const text = "node.example eth_getBalance: the answer is not one of JSON-RPC 2.0";
        expect((reason as Error).message).to.equal(text);
      });
      expect(sizes()).to.deep.equal([3]);
    });
  }

  const refusals: [string, (calls: Call[]) => unknown][] = [
    ["an error", () => ({ jsonrpc: "2.0", id: null, error: NO })],
    ["an error without a number", () => ({ error: NO })],
    ["one error in a list", ([first]) => [{ jsonrpc: "2.0", id: first!.id, error: NO }]],
    ...[400, 403, 404, 413].map((status): [string, () => Response] => [
      `status ${status}`,
      () => new Response("no", { status }),
    ]),
  ];
  for (const [what, refuse] of refusals) {
    it(`are not sent again to a node that refuses one by ${what}`, async () => {
      const client = node(refuse);
      expect(await balances(client, 3)).to.deep.equal(right(3));
      expect(await balances(client, 2)).to.deep.equal(right(2));
      expect(sizes()).to.deep.equal([3, ...Array<string>(5).fill("alone")]);
    });
  }

  it("are sent again to a node that refused for a while whatever it was asked", async () => {
    let isOpen = false;
    const answer = async (_: unknown, init?: RequestInit) => {
      const asked = JSON.parse(init!.body as string) as Call | Call[];
      sent.push(asked);
      if (!isOpen) return new Response("forbidden", { status: 403 });
      return new Response(JSON.stringify(Array.isArray(asked) ? asked.map(honest) : honest(asked)));
    };
    const client = new RpcClient("http://node.example/", { fetch: answer as typeof fetch });
    const answers = await balances(client, 2);
    for (const each of answers) expect((each as PromiseRejectedResult).reason).to.be.instanceOf(FatalError);
    isOpen = true;
    expect(await balances(client, 2)).to.deep.equal(right(2));
    expect(sizes()).to.deep.equal([2, "alone", "alone", 2]);
  });

  const failures: [string, () => unknown, typeof FatalError | typeof RetryableError, RegExp][] = [
    ["out of order", () => new Response("", { status: 503 }), RetryableError, /status 503$/],
    ["too often asked", () => new Response("", { status: 429 }), RetryableError, /status 429$/],
    [
      "no JSON",
      () => new Response("<html>"),
      FatalError,
      /^node.example a batch of 2: the answer is not JSON/,
    ],
  ];
  for (const [what, answer, kind, text] of failures) {
    it(`fail as a whole where the exchange is: ${what}`, async () => {
      const client = node(answer);
      for (const { reason } of (await balances(client, 2)) as PromiseRejectedResult[]) {
        expect(reason).to.be.instanceOf(kind);
        expect((reason as Error).message).to.match(text);
      }
      await balances(client, 2);
      expect(sizes(), "and are tried again as a batch").to.deep.equal([2, 2]);
    });
  }

  it("are the same to who asks for a result", async () => {
    const error = { code: -32000, message: "header not found" };
    const client = node(([first, second]) => [honest(first!), { id: second!.id, error }]);
    const [good, bad] = await Promise.allSettled([1, 2].map((at) => client.result("eth_getBalance", [at])));
    expect(good).to.deep.equal({ status: "fulfilled", value: ["eth_getBalance", 1] });
    expect((bad as PromiseRejectedResult).reason)
      .to.be.instanceOf(RetryableError)
      .with.property("message", "node.example eth_getBalance: header not found (code -32000)");
    expect((await client.request("eth_gasPrice", [])) satisfies RpcAnswer).to.have.property("result");
  });
});
