import type { WithdrawalQueue } from "../../typechain-types/index.js";

type Ticket = Awaited<ReturnType<WithdrawalQueue["ticket"]>>;

/** Tickets of a queue, looked at again and again. */
export class Tickets {
  readonly #queue: WithdrawalQueue;
  /** All up to this one were paid when they were looked at last: no block of then may be undone. */
  #paid = 0n;

  constructor(queue: WithdrawalQueue) {
    this.#queue = queue;
  }

  /** From the first that is not both finalised and claimed up to the newest, at a block; without one at the latest. */
  async left(at: { blockTag?: number } = {}): Promise<{ id: bigint; ticket: Ticket }[]> {
    const last = await this.#queue.lastTicketId(at);
    const left: { id: bigint; ticket: Ticket }[] = [];
    for (let id = this.#paid + 1n; id <= last; id++) {
      const ticket = await this.#queue.ticket(id, at);
      if (left.length === 0 && ticket.finalized && ticket.claimed) this.#paid = id;
      else left.push({ id, ticket });
    }
    return left;
  }
}
