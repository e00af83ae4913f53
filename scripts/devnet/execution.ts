import "./preset.ts";
import { ssz, type electra } from "@lodestar/types";
import { bytesToBigInt, fromHex, toHex } from "@lodestar/utils";
import type { PayloadAttributes } from "./beaconChain.ts";
import { DEPOSIT_CONTRACT_ADDRESS } from "./config.ts";
import type { GenesisExecution } from "./genesis.ts";
import { call, quantity, type Eip1193Provider, type Hex } from "./rpc.ts";
import {
  CONSOLIDATION_QUEUE,
  WITHDRAWAL_QUEUE,
  dequeueRequests,
  installSystemContracts,
  writeBeaconRoot,
  writeParentHash,
} from "./systemContracts.ts";

const WEI_PER_GWEI = 1_000_000_000n;

/// keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)")
const DEPOSIT_EVENT = "0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5";

interface ExecutionBlock {
  hash: Hex;
  parentHash: Hex;
  number: Hex;
  timestamp: Hex;
  stateRoot: Hex;
  receiptsRoot: Hex;
  logsBloom: Hex;
  mixHash: Hex;
  miner: Hex;
  gasLimit: Hex;
  gasUsed: Hex;
  extraData: Hex;
  baseFeePerGas: Hex;
  transactions: Hex[];
}

export interface MinedPayload {
  payload: electra.ExecutionPayload;
  requests: electra.ExecutionRequests;
}

/// Drives Hardhat's simulated chain as a consensus client would: one block per proposed slot, with the
/// bookkeeping of the system contracts around it.
export class ExecutionChain {
  readonly #provider: Eip1193Provider;

  constructor(provider: Eip1193Provider) {
    this.#provider = provider;
  }

  async install(): Promise<GenesisExecution> {
    await installSystemContracts(this.#provider);
    const block = await this.#latest();
    return {
      blockHash: fromHex(block.hash),
      blockNumber: Number(block.number),
      timestamp: Number(block.timestamp),
    };
  }

  /// Calls on the pending block, and estimates, see the time of the slot that comes next.
  async setNextTimestamp(timestamp: number): Promise<void> {
    await call(this.#provider, "evm_setNextBlockTimestamp", quantity(timestamp));
  }

  async mine(attributes: PayloadAttributes, feeRecipient: string): Promise<MinedPayload> {
    const parent = await this.#latest();
    if (parent.hash !== toHex(attributes.parentHash)) {
      throw new Error(
        `The execution chain is at ${parent.hash}, the beacon chain at ${toHex(attributes.parentHash)}`,
      );
    }
    const root = toHex(attributes.parentBeaconBlockRoot) as Hex;
    await writeBeaconRoot(this.#provider, attributes.timestamp, root);
    await writeParentHash(this.#provider, Number(parent.number), parent.hash);
    await call(this.#provider, "hardhat_setPrevRandao", toHex(attributes.prevRandao));
    await call(this.#provider, "hardhat_setCoinbase", feeRecipient);
    await this.setNextTimestamp(attributes.timestamp);
    await call(this.#provider, "evm_mine");

    const block = await this.#latest();
    await this.#creditWithdrawals(attributes.withdrawals);
    const requests: electra.ExecutionRequests = {
      deposits: block.transactions.length === 0 ? [] : await this.#depositRequests(block.hash),
      withdrawals: (await dequeueRequests(this.#provider, WITHDRAWAL_QUEUE)).map(decodeWithdrawalRequest),
      consolidations: (await dequeueRequests(this.#provider, CONSOLIDATION_QUEUE)).map(
        decodeConsolidationRequest,
      ),
    };
    return { payload: toPayload(block, attributes), requests };
  }

  async #latest(): Promise<ExecutionBlock> {
    return call<ExecutionBlock>(this.#provider, "eth_getBlockByNumber", "latest", false);
  }

  /// The simulator can not put withdrawals into a block. Setting the balance on top of the block just mined
  /// gives the same result: its state, by number and by hash, includes them.
  async #creditWithdrawals(withdrawals: PayloadAttributes["withdrawals"]): Promise<void> {
    const creditsWei = new Map<string, bigint>();
    for (const { address, amount } of withdrawals) {
      const recipient = toHex(address);
      creditsWei.set(recipient, (creditsWei.get(recipient) ?? 0n) + amount * WEI_PER_GWEI);
    }
    for (const [recipient, creditWei] of creditsWei) {
      const balance = BigInt(await call<Hex>(this.#provider, "eth_getBalance", recipient, "latest"));
      await call(this.#provider, "hardhat_setBalance", recipient, quantity(balance + creditWei));
    }
  }

  /// EIP-6110: deposits come from the contract's logs, in their order.
  async #depositRequests(blockHash: Hex): Promise<electra.DepositRequest[]> {
    const logs = await call<{ data: Hex }[]>(this.#provider, "eth_getLogs", {
      blockHash,
      address: DEPOSIT_CONTRACT_ADDRESS,
      topics: [DEPOSIT_EVENT],
    });
    return logs.map(({ data }) => decodeDepositEvent(fromHex(data)));
  }
}

/// The event's five byte strings are padded to fixed places; numbers in it are little-endian.
function decodeDepositEvent(data: Uint8Array): electra.DepositRequest {
  return {
    pubkey: data.slice(192, 240),
    withdrawalCredentials: data.slice(288, 320),
    amount: Number(bytesToBigInt(data.slice(352, 360))),
    signature: data.slice(416, 512),
    index: bytesToBigInt(data.slice(544, 552)),
  };
}

function decodeWithdrawalRequest(request: Buffer): electra.WithdrawalRequest {
  return {
    sourceAddress: new Uint8Array(request.subarray(0, 20)),
    validatorPubkey: new Uint8Array(request.subarray(20, 68)),
    amount: request.readBigUInt64LE(68),
  };
}

function decodeConsolidationRequest(request: Buffer): electra.ConsolidationRequest {
  return {
    sourceAddress: new Uint8Array(request.subarray(0, 20)),
    sourcePubkey: new Uint8Array(request.subarray(20, 68)),
    targetPubkey: new Uint8Array(request.subarray(68, 116)),
  };
}

/// The payload as the beacon block carries it. It names the real block by hash and number; the list of
/// transactions stays empty, as the simulator does not hand them out in the form that a payload needs.
function toPayload(block: ExecutionBlock, attributes: PayloadAttributes): electra.ExecutionPayload {
  return {
    ...ssz.electra.ExecutionPayload.defaultValue(),
    parentHash: fromHex(block.parentHash),
    feeRecipient: fromHex(block.miner),
    stateRoot: fromHex(block.stateRoot),
    receiptsRoot: fromHex(block.receiptsRoot),
    logsBloom: fromHex(block.logsBloom),
    prevRandao: fromHex(block.mixHash),
    blockNumber: Number(block.number),
    gasLimit: Number(block.gasLimit),
    gasUsed: Number(block.gasUsed),
    timestamp: Number(block.timestamp),
    extraData: fromHex(block.extraData),
    baseFeePerGas: BigInt(block.baseFeePerGas),
    blockHash: fromHex(block.hash),
    withdrawals: attributes.withdrawals,
  };
}
