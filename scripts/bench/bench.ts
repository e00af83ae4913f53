import type { BaseContract, ContractTransactionResponse, TransactionReceipt } from "ethers";
import { startLocalNetwork, type LocalNetwork } from "../devnet/localNetwork.ts";
import type { Measured, Operation } from "./bars.ts";

/// A fresh deployment, and what was measured on it.
export class Bench {
  readonly net: LocalNetwork;
  readonly measured: Measured = new Map();

  private constructor(net: LocalNetwork) {
    this.net = net;
  }

  /// `lotEth` is what one draw allots.
  static async start(options: { lotEth: bigint; members: number; lossBpPerFrame?: bigint }): Promise<Bench> {
    return new Bench(await startLocalNetwork({ verifySignatures: false, ...options }));
  }

  /// Does something and undoes it: whatever is measured later finds both chains as they were.
  async apart<T>(action: () => Promise<T>): Promise<T> {
    const { devnet } = this.net;
    const before = await devnet.snapshot();
    try {
      return await action();
    } finally {
      await devnet.restore(before);
    }
  }

  /// Waits for a transaction and returns its gas.
  async gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
    return gasOf(await (await sent).wait());
  }

  /// Waits for a transaction and notes its gas.
  async measure(operation: Operation, sent: Promise<ContractTransactionResponse>): Promise<void> {
    this.note(operation, await this.gasOf(sent));
  }

  note(operation: Operation, gas: number): void {
    this.measured.set(operation, gas);
  }

  /// Execution of a view with nothing warm: the estimate for a transaction, less what a transaction costs by itself.
  async noteExecution(
    operation: Operation,
    contract: BaseContract,
    name: string,
    args: unknown[],
  ): Promise<void> {
    const data = contract.interface.encodeFunctionData(name, args);
    const estimate = await this.net.provider.estimateGas({
      to: contract,
      data,
      from: this.net.accounts.keeper,
    });
    this.note(operation, Number(estimate) - intrinsicGas(data));
  }
}

export function gasOf(receipt: TransactionReceipt | null): number {
  if (receipt === null) throw new Error("the transaction has no receipt");
  return Number(receipt.gasUsed);
}

/// 21,000 and 4 or 16 for each zero or other byte (EIP-2028).
function intrinsicGas(data: string): number {
  const bytes = data.slice(2).match(/../g) ?? [];
  return 21_000 + bytes.reduce((sum, byte) => sum + (byte === "00" ? 4 : 16), 0);
}
