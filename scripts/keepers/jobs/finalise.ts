import { isError, type Signer } from "ethers";
import type { Protocol } from "../../lib/protocol.ts";
import { receiptOf } from "../../lib/receipts.ts";
import { formatEther } from "../../lib/units.ts";
import { pressingSteps, sendBy, type Deadline } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst } from "../steps.ts";

export interface Finalisable {
  /** What a call would set aside for tickets now, in wei; 0 where it would revert. */
  amountWei: bigint;
  /** What a call must set aside to be paid, in wei. */
  paidFromWei: bigint;
  /** What the last report named is finalised at its rate, which grows old. */
  deadline: Deadline;
}

/** Given, as nodes estimate with a base fee of 0, at which nothing is paid: some 151,000 are used. */
const GAS = 400_000n;

/**
 * Finalises between reports what the last one named, as soon as there is ether for it. Small amounts are left to the next
 * report, which finalises them by itself.
 */
export class FinaliseJob implements Job<Finalisable, Finalisable> {
  readonly name = "finalise";
  readonly #protocol: Protocol;
  readonly #sender: Signer;

  constructor({ protocol, sender }: { protocol: Protocol; sender: Signer }) {
    this.#protocol = protocol;
    this.#sender = sender;
  }

  async observe(): Promise<Finalisable> {
    const { KeeperJobs: jobs, StakedEther: ledger, WithdrawalQueue: queue } = this.#protocol;
    const [{ minFinalize }, { refTime }, frames, { frameSeconds }, amountWei] = await Promise.all([
      jobs.parameters(),
      queue.named(),
      queue.NAMED_FRAMES(),
      ledger.parameters(),
      this.#amount(),
    ]);
    const deadline = { from: Number(refTime), until: Number(refTime + frames * frameSeconds) };
    return { amountWei, paidFromWei: minFinalize, deadline };
  }

  plan(observed: Finalisable): Finalisable | undefined {
    return observed.amountWei > 0n && observed.amountWei >= observed.paidFromWei ? observed : undefined;
  }

  pressing(plan: Finalisable, _: Finalisable, now: number): Finalisable | undefined {
    return pressingSteps([plan], ({ deadline }) => deadline, now)?.[0];
  }

  async act(plan: Finalisable, { now }: Pick<Cycle, "now">): Promise<string> {
    const jobs = this.#protocol.KeeperJobs.connect(sendBy(this.#sender, plan.deadline, now));
    const { hash } = await sendFirst(this.#protocol, [], () => receiptOf(jobs.finalize({ gasLimit: GAS })));
    return `finalised ${formatEther(plan.amountWei)} ETH or more: ${hash}`;
  }

  /** As a call would go now. It reverts where it is paused, held or suspended, or nothing is named any more. */
  async #amount(): Promise<bigint> {
    try {
      return (await this.#protocol.KeeperJobs.finalize.staticCall()).amount;
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return 0n;
      throw error;
    }
  }
}
