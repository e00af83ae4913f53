import {
  parseEther,
  ZeroAddress,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
} from "ethers";
import { keyProof, oneValidator, proveValidators } from "../actions/proveValidators.ts";
import { eventIn, receiptOf } from "../lib/receipts.ts";
import { GWEI_PER_ETHER } from "../lib/units.ts";
import type { Operation } from "./bars.ts";
import { gasOf, type Bench } from "./bench.ts";
import { nameTickets } from "./finalizations.ts";
import { prepareNext, submit } from "./frames.ts";
import type { BenchKeys } from "./validators.ts";

/// What a call is paid by: without it nothing is due.
const BASE_FEE = 20n * 10n ** 9n;
/// An estimate is made without a base fee, and so without what pay takes.
const GAS_LIMIT = 3_000_000n;
const OPERATOR = 1n;

/// Sends a call with that limit of gas.
export type PaidCall = (limit: { gasLimit: bigint }) => Promise<ContractTransactionResponse>;

/// Finalising, proofs of keys, and the submitter's pay. The keeper has kETH before, and was paid for finalising before,
/// which leaves a mark; each payment is the first of its frame. The keys are past their operator's time to prove them.
/// All that is measured later finds both chains as they were.
export async function benchKeepers(bench: Bench, [some, ten]: BenchKeys["unproven"]): Promise<void> {
  const { protocol, accounts, beacon } = bench.net;
  const jobs = protocol.KeeperJobs.connect(accounts.keeper);
  await bench.apart(async () => {
    await fillBudget(bench);
    await bench.apart(async () => {
      await nameTickets(bench, 1, parseEther("2"));
      await paid(bench, (limit) => jobs.finalize(limit));
      await nameTickets(bench, 1, parseEther("2"));
      await measurePaid(bench, "finalise alone, paid", (limit) => jobs.finalize(limit));
    });
    await bench.apart(async () => {
      // the first ones were proven to be measured
      const place = some.keys.length - 1;
      const proof = await proveValidators(beacon, [some.keys[place]!.pubkey]);
      const one = oneValidator(proof, some, OPERATOR, 31n * GWEI_PER_ETHER);
      await measurePaid(bench, "prove and top up one, paid", (limit) =>
        jobs.proveOne(one.validator, one.pubkey, proof.proof, one.keyProof, limit),
      );
    });
    await bench.apart(async () => {
      const proof = await proveValidators(
        beacon,
        ten.keys.map(({ pubkey }) => pubkey),
      );
      const link = keyProof(ten, OPERATOR, proof.validators);
      const amounts = ten.keys.map(() => 31n * GWEI_PER_ETHER);
      await measurePaid(bench, "prove and top up ten, paid", (limit) =>
        jobs.prove(proof, link, amounts, limit),
      );
    });
    await bench.apart(() => benchSubmitter(bench));
  });
}

/// A report that was booked is paid for in a call of its own.
async function benchSubmitter(bench: Bench): Promise<void> {
  const { protocol, accounts } = bench.net;
  const oracle = protocol.ReportOracle.connect(accounts.keeper);
  const prepared = await prepareNext(bench);
  await raiseBaseFee(bench);
  await submit(bench, prepared);
  const frame = prepared.report.refSlot / (await oracle.slotsPerFrame());
  await measurePaid(bench, "pay the submitter of a report", (limit) => oracle.paySubmitter(frame, limit));
}

/// Gives the budget more than all jobs may be paid in a frame, and the keeper its first shares.
export async function fillBudget(bench: Bench): Promise<void> {
  const { protocol, accounts } = bench.net;
  const { StakedEther, KeeperBudget } = protocol;
  await bench.gasOf(StakedEther.connect(accounts.keeper).stake(ZeroAddress, { value: parseEther("1") }));
  await bench.gasOf(StakedEther.connect(accounts.alice).transfer(KeeperBudget, parseEther("2")));
}

/// Notes the gas of a call, which must be paid.
export async function measurePaid(bench: Bench, operation: Operation, send: PaidCall): Promise<void> {
  bench.note(operation, gasOf(await paid(bench, send)));
}

/// The receipt of a call, which must be paid.
export async function paid(bench: Bench, send: PaidCall): Promise<ContractTransactionReceipt> {
  await raiseBaseFee(bench);
  const receipt = await receiptOf(send({ gasLimit: GAS_LIMIT }));
  const { shares } = eventIn(receipt, bench.net.protocol.KeeperBudget, "KeeperPaid").args;
  if (shares === 0n) throw new Error(`${receipt.hash} was not paid`);
  return receipt;
}

/// As on a busy network, for some blocks.
async function raiseBaseFee({ net: { provider, devnet } }: Bench): Promise<void> {
  await provider.send("hardhat_setNextBlockBaseFeePerGas", [`0x${BASE_FEE.toString(16)}`]);
  await devnet.tickBlocks(1);
}
