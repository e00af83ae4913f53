import { SECONDS_PER_SLOT } from "./config.ts";
import { call, quantity, type Eip1193Provider, type Hex } from "./rpc.ts";

/// A transaction that is not among those of this many blocks waits for something else, such as a lower nonce.
const MAX_BLOCKS_TO_MINE = 4;
/// With so many slots missed in a row nobody is there to propose.
const MAX_SLOTS_TO_MINE = 64;

/// Methods that would move the execution chain away from the beacon chain.
const REFUSED = new Map([
  ["evm_setNextBlockTimestamp", "slots have fixed times"],
  ["evm_setAutomine", "blocks come with slots; start the devnet with autoTick instead"],
  ["evm_setIntervalMining", "blocks come with slots"],
  ["hardhat_setPrevRandao", "it comes from the beacon chain"],
  ["hardhat_setCoinbase", "use the devnet's setFeeRecipient"],
]);

/// JSON-RPC's code for a method that is known and not offered.
const METHOD_NOT_SUPPORTED = -32004;
const INVALID_PARAMS = -32602;

export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/// What the provider needs from the devnet.
export interface SlotDriver {
  readonly autoTick: boolean;
  /// Number of the execution block of the finalized or the justified checkpoint.
  checkpointNumber(tag: "finalized" | "safe"): number;
  tickSlots(count: number): Promise<void>;
  tickBlocks(count: number): Promise<void>;
  tickUntil(predicate: () => Promise<boolean>, maxSlots: number): Promise<number>;
  snapshot(): Promise<Hex>;
  restore(id: string): Promise<void>;
}

/// The provider that users get: the simulator's, with everything about blocks and time done in slots.
export class DevnetProvider implements Eip1193Provider {
  readonly #inner: Eip1193Provider;
  readonly #devnet: SlotDriver;

  constructor(inner: Eip1193Provider, devnet: SlotDriver) {
    this.#inner = inner;
    this.#devnet = devnet;
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async request({ method, params }: { method: string; params?: unknown }): Promise<any> {
    const refusal = REFUSED.get(method);
    if (refusal)
      throw new RpcError(METHOD_NOT_SUPPORTED, `${method} is not available on the devnet: ${refusal}`);
    const args = Array.isArray(params) ? params.map((param) => this.#resolveTags(param)) : [];

    switch (method) {
      case "eth_requestAccounts":
        return call(this.#inner, "eth_accounts");
      case "eth_sendTransaction":
      case "eth_sendRawTransaction":
        return this.#send(method, args);
      case "evm_snapshot":
        return this.#devnet.snapshot();
      case "evm_revert":
        return this.#devnet.restore(String(args[0])).then(() => true);
      case "evm_mine":
        await this.#devnet.tickBlocks(1);
        return "0x0";
      case "hardhat_mine":
        await this.#mine(args);
        return true;
      case "evm_increaseTime":
        return this.#increaseTime(args);
      default:
        return this.#inner.request({ method, params: args.length > 0 ? args : (params ?? []) });
    }
  }

  /// To the simulator every block is final at once; here finality is what the beacon chain says.
  #resolveTags(param: unknown): unknown {
    if (param === "finalized" || param === "safe") return quantity(this.#devnet.checkpointNumber(param));
    if (typeof param !== "object" || param === null || !("fromBlock" in param || "toBlock" in param))
      return param;
    return Object.fromEntries(Object.entries(param).map(([key, value]) => [key, this.#resolveTags(value)]));
  }

  async #send(method: string, args: unknown[]): Promise<Hex> {
    const hash = await call<Hex>(this.#inner, method, ...args);
    if (this.#devnet.autoTick) await this.#mineTransaction(hash);
    return hash;
  }

  async #mineTransaction(hash: Hex): Promise<void> {
    const lastBlock = (await this.#blockNumber()) + MAX_BLOCKS_TO_MINE;
    await this.#devnet.tickUntil(
      async () =>
        (await call(this.#inner, "eth_getTransactionReceipt", hash)) !== null ||
        (await this.#blockNumber()) >= lastBlock,
      MAX_SLOTS_TO_MINE,
    );
  }

  async #blockNumber(): Promise<number> {
    return Number(await call<Hex>(this.#inner, "eth_blockNumber"));
  }

  async #mine([count, interval]: unknown[]): Promise<void> {
    if (interval !== undefined && Number(interval) !== SECONDS_PER_SLOT) {
      throw new RpcError(
        INVALID_PARAMS,
        `Blocks are ${SECONDS_PER_SLOT} seconds apart, not ${Number(interval)}`,
      );
    }
    await this.#devnet.tickBlocks(count === undefined ? 1 : positiveInteger(count));
  }

  /// Time passes slot by slot, so it moves on by at least the seconds asked for.
  async #increaseTime([seconds]: unknown[]): Promise<Hex> {
    const slots = Math.ceil(positiveInteger(seconds) / SECONDS_PER_SLOT);
    await this.#devnet.tickSlots(slots);
    return quantity(slots * SECONDS_PER_SLOT);
  }
}

function positiveInteger(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RpcError(INVALID_PARAMS, `Not a positive integer: ${String(value)}`);
  return number;
}
