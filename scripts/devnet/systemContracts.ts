import { hoodiGenesis } from "@ethereumjs/genesis/hoodi";
import { DEPOSIT_CONTRACT_ADDRESS } from "./config.ts";
import { call, quantity, word, type Eip1193Provider, type Hex } from "./rpc.ts";

export const BEACON_ROOTS_ADDRESS = "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02";
export const BLOCK_HASHES_ADDRESS = "0x0000F90827F1C53a10cb7A02335B175320002935";
export const WITHDRAWAL_REQUESTS_ADDRESS = "0x00000961Ef480Eb55e80D19ad83579A64c007002";
export const CONSOLIDATION_REQUESTS_ADDRESS = "0x0000BBdDc7CE488642fb579F8B00f3a590007251";

/// The caller that the request contracts recognize as the end of the block.
const SYSTEM_ADDRESS = "0xfffffffffffffffffffffffffffffffffffffffe";

/// Slots of EIP-4788's ring of timestamps; the roots follow after it.
const BEACON_ROOTS_LENGTH = 8191;
/// Slots of EIP-2935's ring of block hashes.
const BLOCK_HASHES_LENGTH = 8191;

interface RequestQueue {
  address: string;
  maxPerBlock: number;
  targetPerBlock: number;
  requestBytes: number;
}

/// EIP-7002
export const WITHDRAWAL_QUEUE: RequestQueue = {
  address: WITHDRAWAL_REQUESTS_ADDRESS,
  maxPerBlock: 16,
  targetPerBlock: 2,
  requestBytes: 20 + 48 + 8,
};

/// EIP-7251
export const CONSOLIDATION_QUEUE: RequestQueue = {
  address: CONSOLIDATION_REQUESTS_ADDRESS,
  maxPerBlock: 2,
  targetPerBlock: 1,
  requestBytes: 20 + 48 + 48,
};

/// Both queues keep their bookkeeping in the first four slots.
const QUEUE_SLOT = { excess: 0, count: 1, head: 2, tail: 3 } as const;

/// The excess before the first system call: every request reverts.
const INHIBITED = 2n ** 256n - 1n;

/// Puts the canonical code and storage of Hoodi's genesis in place. The simulator has other code at two of
/// these addresses and none at the rest.
export async function installSystemContracts(provider: Eip1193Provider): Promise<void> {
  const alloc = hoodiGenesis as unknown as Record<string, [Hex, Hex, [Hex, Hex][], Hex] | undefined>;
  const byAddress = new Map(Object.entries(alloc).map(([address, entry]) => [normalize(address), entry]));
  const addresses = [
    DEPOSIT_CONTRACT_ADDRESS,
    BEACON_ROOTS_ADDRESS,
    BLOCK_HASHES_ADDRESS,
    WITHDRAWAL_REQUESTS_ADDRESS,
    CONSOLIDATION_REQUESTS_ADDRESS,
  ];
  for (const address of addresses) {
    const entry = byAddress.get(normalize(address));
    if (!entry) throw new Error(`No system contract at ${address} in the genesis of Hoodi`);
    const [, code, storage] = entry;
    await call(provider, "hardhat_setCode", address, code);
    for (const [slot, value] of storage) await setStorage(provider, address, BigInt(slot), BigInt(value));
  }
}

/// EIP-4788's system call at the start of the block with this timestamp.
export async function writeBeaconRoot(
  provider: Eip1193Provider,
  timestamp: number,
  root: Hex,
): Promise<void> {
  const slot = timestamp % BEACON_ROOTS_LENGTH;
  await setStorage(provider, BEACON_ROOTS_ADDRESS, slot, timestamp);
  await setStorage(provider, BEACON_ROOTS_ADDRESS, slot + BEACON_ROOTS_LENGTH, BigInt(root));
}

/// EIP-2935's system call at the start of the block after `parentNumber`.
export async function writeParentHash(
  provider: Eip1193Provider,
  parentNumber: number,
  hash: Hex,
): Promise<void> {
  await setStorage(provider, BLOCK_HASHES_ADDRESS, parentNumber % BLOCK_HASHES_LENGTH, BigInt(hash));
}

/// The system call of EIP-7002 and EIP-7251 at the end of the latest block: what it returns comes from the
/// contract, what it writes is repeated here, as a call can not be committed without a transaction.
export async function dequeueRequests(provider: Eip1193Provider, queue: RequestQueue): Promise<Buffer[]> {
  const [excess, count, head, tail] = (await Promise.all(
    [QUEUE_SLOT.excess, QUEUE_SLOT.count, QUEUE_SLOT.head, QUEUE_SLOT.tail].map((slot) =>
      call<Hex>(provider, "eth_getStorageAt", queue.address, quantity(slot), "latest").then(BigInt),
    ),
  )) as [bigint, bigint, bigint, bigint];
  if (excess === 0n && count === 0n && head === tail) return [];

  const transaction = { from: SYSTEM_ADDRESS, to: queue.address, data: "0x" };
  const output = Buffer.from((await call<Hex>(provider, "eth_call", transaction, "latest")).slice(2), "hex");
  const dequeued = output.length / queue.requestBytes;
  if (!Number.isInteger(dequeued) || dequeued > queue.maxPerBlock) {
    throw new Error(`${queue.address} returned ${output.length} bytes`);
  }

  const drained = head + BigInt(dequeued) === tail;
  const demand = (excess === INHIBITED ? 0n : excess) + count;
  const target = BigInt(queue.targetPerBlock);
  await setStorage(provider, queue.address, QUEUE_SLOT.head, drained ? 0n : head + BigInt(dequeued));
  await setStorage(provider, queue.address, QUEUE_SLOT.tail, drained ? 0n : tail);
  await setStorage(provider, queue.address, QUEUE_SLOT.excess, demand > target ? demand - target : 0n);
  await setStorage(provider, queue.address, QUEUE_SLOT.count, 0n);
  return Array.from({ length: dequeued }, (_, i) =>
    output.subarray(i * queue.requestBytes, (i + 1) * queue.requestBytes),
  );
}

async function setStorage(
  provider: Eip1193Provider,
  address: string,
  slot: number | bigint,
  value: number | bigint,
): Promise<void> {
  await call(provider, "hardhat_setStorageAt", address, quantity(slot), word(value));
}

function normalize(address: string): string {
  return address.toLowerCase().replace(/^0x/, "");
}
