import { ZeroHash } from "ethers";
import { RULE, type ExitCall } from "../actions/planExits.ts";
import { triggerExits } from "../actions/triggerExits.ts";
import { SLOTS_PER_EPOCH } from "../devnet/config.ts";
import { WITHDRAWAL_REQUESTS_ADDRESS } from "../devnet/systemContracts.ts";
import type { Bench } from "./bench.ts";

const TEN = 10;
const OPERATOR = 1n;
/// `Standing` of contracts/interfaces/IOperatorRegistry.sol.
const STANDING = { good: 0, jailed: 2 };

/// Exits by the draw, the dearest rule, then of the same operator when it is jailed: what the beacon chain makes of a second
/// request is no matter here. Records and requests are of validators that none was of before.
export async function benchExits(bench: Bench): Promise<void> {
  const { protocol, accounts } = bench.net;
  const { OperatorRegistry } = protocol;
  const active = await activeValidators(bench);
  const [one] = active.map(({ index }) => index);
  const ten = active.slice(-TEN).map(({ index }) => index);
  const { commitmentId } = active.at(-1)!;
  await makeDeficit(bench);
  const drawn = (validatorIndices: number[]): ExitCall => ({ kind: "full", rule: "drawn", validatorIndices });
  bench.note("one exit by the draw", await exit(bench, drawn([one!])));
  bench.note("exits by the draw, ten", await exit(bench, drawn(ten)));

  const stand = (standing: number) =>
    bench.gasOf(OperatorRegistry.connect(accounts.admin).setStanding(OPERATOR, standing, ZeroHash));
  await stand(STANDING.jailed);
  const stopped = (validatorIndices: number[]): ExitCall => ({
    kind: "keys",
    commitmentId,
    validatorIndices,
  });
  bench.note("exit of a stopped operator, one", await exit(bench, stopped([ten[0]!])));
  bench.note("exits of a stopped operator, ten", await exit(bench, stopped(ten)));
  await stand(STANDING.good);
}

/// Proven keys' validators that are old enough to be made to exit, in their order.
export async function activeValidators({ net: { protocol, devnet } }: Bench) {
  const { ValidatorRegistry } = protocol;
  const events = await ValidatorRegistry.queryFilter(ValidatorRegistry.filters.KeyProven());
  return events
    .map(({ args }) => ({ index: Number(args.validatorIndex), commitmentId: args.commitmentId }))
    .filter(({ index }) => devnet.chain.validator(index).activationEpoch + 4 <= devnet.epoch)
    .sort((a, b) => a.index - b.index);
}

/// A deficit as large as needed, noted so long ago that the draw is open.
export async function makeDeficit(bench: Bench): Promise<void> {
  const { protocol, accounts, devnet, provider } = bench.net;
  const { ExitController, StakedEther, WithdrawalQueue } = protocol;
  const queue = WithdrawalQueue.connect(accounts.alice);
  const amount = (await StakedEther.balanceOf(accounts.alice)) / 2n;
  await bench.gasOf(StakedEther.connect(accounts.alice).approve(queue, amount));
  await bench.gasOf(queue.request(amount, accounts.alice));
  await provider.send("hardhat_setBalance", [await StakedEther.getAddress(), "0x0"]);
  await bench.gasOf(ExitController.connect(accounts.carol).note());
  const from = await ExitController.openFrom(RULE.drawn);
  await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > from);
  await devnet.tickSlots(SLOTS_PER_EPOCH);
}

async function exit(bench: Bench, call: ExitCall): Promise<number> {
  const { net } = bench;
  await fillRequests(bench);
  const receipt = await triggerExits(net, net.accounts.carol, call);
  await net.devnet.tickBlocks(2);
  return Number(receipt.gasUsed);
}

/// The contract of EIP-7002 as on a network where it is used: its queue was as long before, with requests of others. These are
/// of an account that has no validators, so that the beacon chain looks at none of them.
export async function fillRequests({ net: { accounts, devnet } }: Bench): Promise<void> {
  const to = WITHDRAWAL_REQUESTS_ADDRESS;
  devnet.autoTick = false;
  for (let i = 0; i < TEN; i++) {
    const data = `0x${"11".repeat(56)}`;
    await accounts.bob.sendTransaction({ to, data, value: 1n, gasLimit: 300_000n });
  }
  devnet.autoTick = true;
  await devnet.tickBlocks(2);
}
