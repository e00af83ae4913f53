import { triggerExits, RULE } from "../actions/triggerExits.ts";
import { SLOTS_PER_EPOCH } from "../devnet/config.ts";
import { WITHDRAWAL_REQUESTS_ADDRESS } from "../devnet/systemContracts.ts";
import type { Bench } from "./bench.ts";

const TEN = 10;

/// Exits by the draw, the dearest rule. The contract of EIP-7002 is as on a network where it is used: its queue was as long
/// before. The first exit writes the controller's own count.
export async function benchExits(bench: Bench): Promise<void> {
  const { protocol, accounts, devnet, provider } = bench.net;
  const { ExitController, StakedEther, ValidatorRegistry, WithdrawalQueue } = protocol;
  const events = await ValidatorRegistry.queryFilter(ValidatorRegistry.filters.KeyProven());
  const active = events
    .map(({ args }) => Number(args.validatorIndex))
    .filter((index) => devnet.chain.validator(index).activationEpoch + 4 <= devnet.epoch)
    .sort((a, b) => a - b);
  const [first, second] = active;
  const ten = active.slice(-TEN);

  // requests of an account that has no validators: the beacon chain looks at none of them
  devnet.autoTick = false;
  const request = {
    to: WITHDRAWAL_REQUESTS_ADDRESS,
    data: `0x${"11".repeat(56)}`,
    value: 1n,
    gasLimit: 300_000n,
  };
  for (let i = 0; i < TEN; i++) await accounts.bob.sendTransaction(request);
  devnet.autoTick = true;
  await devnet.tickBlocks(2);

  // a deficit as large as needed
  const queue = WithdrawalQueue.connect(accounts.alice);
  const amount = (await StakedEther.balanceOf(accounts.alice)) / 2n;
  await bench.gasOf(StakedEther.connect(accounts.alice).approve(queue, amount));
  await bench.gasOf(queue.request(amount, accounts.alice));
  await provider.send("hardhat_setBalance", [await StakedEther.getAddress(), "0x0"]);
  const controller = ExitController.connect(accounts.carol);
  await bench.gasOf(controller.note());
  const from = await ExitController.openFrom(RULE.drawn);
  await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > from);
  await devnet.tickSlots(SLOTS_PER_EPOCH);

  await exit(bench, [first!]);
  bench.note("trigger an exit, one", await exit(bench, [second!]));
  bench.note("trigger exits, ten", await exit(bench, ten));
}

async function exit({ net }: Bench, validatorIndices: number[]): Promise<number> {
  const receipt = await triggerExits(net, net.accounts.carol, {
    kind: "full",
    rule: "drawn",
    validatorIndices,
  });
  await net.devnet.tickBlocks(2);
  return Number(receipt.gasUsed);
}
