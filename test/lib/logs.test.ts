import { expect } from "chai";
import { makeError, type Filter, type Log, type Provider } from "ethers";
import { beginLogsAt, logsOf, PAGE_BLOCKS } from "../../scripts/lib/logs.ts";

const FILTER = { address: `0x${"01".repeat(20)}`, topics: [`0x${"02".repeat(32)}`] };
const HEAD = 34_567;
const FINALIZED = 29_999;

/** A node whose logs are in these blocks, and which takes no more of one request than it is told to. */
class Node {
  readonly asked: [from: number, to: unknown][] = [];
  mostBlocks = PAGE_BLOCKS;
  mostLogs = Infinity;
  finalized = FINALIZED;
  refusal = makeError("could not coalesce error", "UNKNOWN_ERROR", {
    error: { code: -32005, message: "query returned more than 10000 results" },
  } as never);
  readonly provider = {
    getBlockNumber: async () => HEAD,
    getBlock: async () => ({ number: this.finalized }),
    getLogs: async (filter: Filter) => this.#logs(filter),
  } as unknown as Provider;
  readonly #blocks: readonly number[];

  constructor(blocks: readonly number[]) {
    this.#blocks = blocks;
  }

  #logs({ fromBlock, toBlock }: Filter): Log[] {
    const from = Number(fromBlock);
    const to = toBlock === "latest" ? HEAD : Number(toBlock);
    this.asked.push([from, toBlock]);
    const found = this.#blocks.filter((block) => block >= from && block <= to);
    if (to - from >= this.mostBlocks || found.length > this.mostLogs) throw this.refusal;
    return found.map((blockNumber) => ({ blockNumber }) as Log);
  }
}

const BLOCKS = [12, 9_999, 10_000, 20_345, 29_999, 30_000, 34_567];
const numbers = (logs: readonly Log[]) => logs.map(({ blockNumber }) => blockNumber);

describe("logs", () => {
  let node: Node;
  beforeEach(() => {
    node = new Node(BLOCKS);
  });

  it("are asked for in pages, each block once, the last up to whatever is newest", async () => {
    expect(numbers(await logsOf(node.provider, FILTER))).to.deep.equal(BLOCKS);
    expect(node.asked).to.deep.equal([
      [0, 9_999],
      [10_000, 19_999],
      [20_000, 29_999],
      [30_000, "latest"],
    ]);
  });

  it("are asked for from the first deployment on, and up to the block that is named", async () => {
    beginLogsAt(node.provider, 9_000);
    expect(numbers(await logsOf(node.provider, FILTER, { toBlock: 30_000 }))).to.deep.equal([
      9_999, 10_000, 20_345, 29_999, 30_000,
    ]);
    expect(node.asked[0]).to.deep.equal([9_000, 9_999]);
    expect(node.asked.at(-1)).to.deep.equal([30_000, 30_000]);
    const some = await logsOf(node.provider, FILTER, { fromBlock: 10_001, toBlock: 29_998 });
    expect(numbers(some)).to.deep.equal([20_345]);
    expect(await logsOf(node.provider, FILTER, { fromBlock: 40_000 })).to.deep.equal([]);
    const late = new Node(BLOCKS);
    beginLogsAt(late.provider, 20_300);
    await logsOf(late.provider, FILTER);
    expect(late.asked).to.deep.equal([
      [20_300, 29_999],
      [30_000, "latest"],
    ]);
  });

  it("are halved where they are too many, or too far apart", async () => {
    node.mostLogs = 1;
    expect(numbers(await logsOf(node.provider, FILTER))).to.deep.equal(BLOCKS);
    expect(node.asked.slice(0, 3)).to.deep.equal([
      [0, 9_999],
      [0, 4_999],
      [5_000, 9_999],
    ]);
    const narrow = new Node(BLOCKS);
    narrow.mostBlocks = 800;
    for (const words of ["exceed maximum block range: 800", "block range is too wide"]) {
      narrow.refusal = new Error(words) as never;
      expect(numbers(await logsOf(narrow.provider, FILTER))).to.deep.equal(BLOCKS);
    }
  });

  it("are not halved for other errors, nor for ever", async () => {
    node.mostBlocks = 0;
    const asked = async (words: string) => {
      node.refusal = new Error(words) as never;
      node.asked.length = 0;
      const error = await logsOf(node.provider, FILTER).catch((e: unknown) => e);
      expect(error).to.equal(node.refusal);
      return node.asked.length;
    };
    expect(await asked("header not found")).to.equal(1);
    expect(await asked("rate limit exceeded")).to.equal(1);
    expect(await asked("block range is too wide")).to.equal(15);
  });

  it("are asked for once where they are finalized, by filter", async () => {
    await logsOf(node.provider, FILTER);
    node.asked.length = 0;
    expect(numbers(await logsOf(node.provider, FILTER))).to.deep.equal(BLOCKS);
    expect(node.asked).to.deep.equal([[30_000, "latest"]]);
    await logsOf(node.provider, { ...FILTER, topics: [] });
    expect(node.asked).to.have.length(5);
    const other = new Node([1]);
    expect(numbers(await logsOf(other.provider, FILTER)), "of another node").to.deep.equal([1]);
  });

  it("are asked for again where they may change", async () => {
    node.finalized = 29_998;
    await logsOf(node.provider, FILTER);
    node.asked.length = 0;
    await logsOf(node.provider, FILTER);
    expect(node.asked).to.deep.equal([
      [20_000, 29_999],
      [30_000, "latest"],
    ]);
  });
});
