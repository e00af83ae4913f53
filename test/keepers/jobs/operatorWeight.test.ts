import { expect } from "chai";
import { makeError, type ContractRunner, type Interface, type TransactionRequest } from "ethers";
import { operatorWeight } from "../../../scripts/actions/operatorWeight.ts";
import { RetryableError } from "../../../scripts/lib/errors.ts";
import {
  CONTRACT_NAMES,
  connectProtocol,
  type Addresses,
  type Protocol,
} from "../../../scripts/lib/protocol.ts";

const SHARE = 10n ** 18n;
const NOW = 1_000n;
const MANAGER = `0x${"aa".repeat(20)}`;

const addresses = Object.fromEntries(
  CONTRACT_NAMES.map((name, i) => [name, `0x${(i + 1).toString(16).padStart(40, "0")}`]),
) as Addresses;

/** Contracts that know an operator with 4 shares of votes, 2 wrapped, and 10 of bond; the newest block is of `NOW`. */
function protocolWith(reportTimes: readonly bigint[]): Protocol {
  const answers: Record<string, (args: readonly unknown[]) => unknown> = {
    standingOf: () => 0n,
    managerOf: () => MANAGER,
    nomineeOf: () => 0n,
    reportTimes: () => reportTimes,
    backingOf: () => 10n * SHARE,
  };
  const votes = { StakedEther: 4n * SHARE, WrappedStakedEther: 2n * SHARE };
  const runner: ContractRunner = {
    provider: null,
    call: async ({ to, data }: TransactionRequest) => {
      const name = CONTRACT_NAMES.find((each) => addresses[each] === (to as string).toLowerCase())!;
      const known: Interface = protocol[name].interface;
      const { name: asked, args } = known.parseTransaction({ data: data! })!;
      if (asked !== "getPastVotes") return known.encodeFunctionResult(asked, [answers[asked]!(args)]);
      if ((args[1] as bigint) >= NOW) {
        throw makeError("execution reverted", "CALL_EXCEPTION", {
          action: "call",
          data: known.encodeErrorResult("FutureLookup", [args[1], NOW]),
          reason: null,
          transaction: { to: null, data: "0x" },
          invocation: null,
          revert: null,
        });
      }
      return known.encodeFunctionResult(asked, [votes[name as keyof typeof votes]]);
    },
  };
  const protocol = connectProtocol(addresses, runner);
  return protocol;
}

describe("keepers: an operator's weight", () => {
  it("is the bond that backs it, and the votes of its manager at three reports", async () => {
    expect(await operatorWeight(protocolWith([NOW - 1n, 800n, 700n]), 1n)).to.equal(16n * 10n ** 9n);
  });

  it("is not known in the block of a report, and is asked for again", async () => {
    const asked = operatorWeight(protocolWith([NOW, 800n, 700n]), 1n);
    const error: unknown = await asked.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(RetryableError);
    expect((error as Error).message).to.contain("the newest block has a report");
  });
});
