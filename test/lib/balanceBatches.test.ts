import { expect } from "chai";
import type { Signer } from "ethers";
import { showBatch, shownParts } from "../../scripts/actions/balanceBatches.ts";
import { RetryableError } from "../../scripts/lib/errors.ts";
import type { Protocol } from "../../scripts/lib/protocol.ts";
import { isTooLarge } from "../../scripts/lib/tooLarge.ts";

const ID = 7n;
const INDICES = [1, 2, 3, 5, 8, 13, 21];
const prove = (indices: readonly number[]) => ({ indices: [...indices], chunks: [], proof: [] });

/** Takes so many indices at once, and refuses more as it is told to. */
function nodeOf(
  most: number,
  refuse: () => Error = () => new RetryableError("the node says: oversized data"),
) {
  const shown = new Map<string, number[]>();
  const refused: number[] = [];
  const contract = {
    connect: () => contract,
    batchOf: async (_: bigint, indices: number[]) => ({ isShown: shown.has(indices.join()) }),
    showBalances: async (_: bigint, indices: number[]) => {
      if (indices.length > most) {
        refused.push(indices.length);
        throw refuse();
      }
      shown.set(indices.join(), indices);
      return { wait: async () => ({}) };
    },
  };
  const protocol = { BalanceCheckpoint: contract } as unknown as Protocol;
  return {
    protocol,
    shown,
    refused,
    show: () => showBatch(protocol, {} as Signer, ID, prove(INDICES), prove),
  };
}

describe("batches of balances", () => {
  it("are sent whole where they are taken", async () => {
    const node = nodeOf(7);
    expect(await node.show()).to.equal(1);
    expect(await shownParts(node.protocol, ID, INDICES)).to.deep.equal([INDICES]);
    expect(await node.show(), "it is shown").to.equal(0);
  });

  it("are halved as often as they are refused for their size, and found again in these parts", async () => {
    const node = nodeOf(2);
    expect(await shownParts(node.protocol, ID, INDICES)).to.equal(undefined);
    expect(await node.show()).to.equal(4);
    const parts = await shownParts(node.protocol, ID, INDICES);
    expect(parts).to.deep.equal([[1, 2], [3, 5], [8, 13], [21]]);
    const { length } = node.refused;
    expect(await node.show()).to.equal(0);
    expect(node.refused, "what is shown in parts is not tried whole again").to.have.length(length);
  });

  it("go on where somebody has shown a part", async () => {
    const node = nodeOf(2);
    node.shown.set("8,13", [8, 13]);
    expect(await node.show()).to.equal(3);
  });

  it("are not halved for another reason, and a single one not at all", async () => {
    const other = nodeOf(2, () => new RetryableError("the node is busy"));
    expect(await other.show().catch((error: Error) => error.message)).to.equal("the node is busy");
    expect(other.refused).to.deep.equal([7]);
    const none = nodeOf(0);
    expect(await none.show().catch((error: Error) => error.message)).to.contain("oversized");
    expect(none.refused).to.deep.equal([7, 4, 2, 1]);
  });

  it("know what clients say", () => {
    const said = [
      "oversized data: transaction size 131099, limit 131072",
      "transaction gas limit too high (cap: 16777216, tx: 20000000)",
      "Transaction gas limit is 20000000 and exceeds transaction gas cap of 16777216",
      "exceeds block gas limit",
    ];
    for (const text of said) expect(isTooLarge(new Error(text)), text).to.equal(true);
    for (const text of [
      "nonce too low",
      "execution reverted",
      "insufficient funds for gas * price + value",
    ]) {
      expect(isTooLarge(new Error(text)), text).to.equal(false);
    }
  });
});
