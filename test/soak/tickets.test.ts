import { expect } from "chai";
import { Tickets } from "../../scripts/soak/tickets.ts";

describe("soak: tickets that are left", () => {
  it("are those from the first that is not paid, and what was paid is not asked for again", async () => {
    const states = ["claimed", "claimed", "finalised", "claimed", "open"];
    let asked: number[] = [];
    const queue = {
      lastTicketId: async () => BigInt(states.length),
      ticket: async (id: bigint) => {
        asked.push(Number(id));
        const state = states[Number(id) - 1]!;
        return { finalized: state !== "open", claimed: state === "claimed" };
      },
    };
    const tickets = new Tickets(queue as unknown as ConstructorParameters<typeof Tickets>[0]);
    const look = async () => {
      asked = [];
      return (await tickets.left()).map(({ id }) => Number(id));
    };
    expect([await look(), asked]).to.deep.equal([
      [3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
    states[2] = "claimed";
    states.push("open");
    expect([await look(), asked]).to.deep.equal([
      [5, 6],
      [3, 4, 5, 6],
    ]);
    expect([await look(), asked]).to.deep.equal([
      [5, 6],
      [5, 6],
    ]);
  });
});
