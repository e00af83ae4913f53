import "./preset.ts";
import hre from "hardhat";
import type { SecretKey } from "@chainsafe/blst";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { interopSecretKey } from "@lodestar/state-transition";
import { BeaconChain, type ChainSnapshot } from "./beaconChain.ts";
import { chainForkConfig } from "./config.ts";
import { ExecutionChain } from "./execution.ts";
import { blsCredentials, genesisState } from "./genesis.ts";
import { Keyring } from "./keyring.ts";
import { Lock } from "./lock.ts";
import { DevnetProvider } from "./provider.ts";
import { call, type Eip1193Provider, type Hex } from "./rpc.ts";

export interface DevnetOptions {
  /// Validators at genesis, with the interoperability keys that every client can derive. Default 64.
  validators?: number;
  /// Withdrawal credentials of a genesis validator. Default: type 0x00, from which nothing is swept.
  credentials?: (index: number, pubkey: Uint8Array) => Uint8Array;
  /// Whether a transaction sent through the provider makes slots pass until it is in a block. Default false.
  autoTick?: boolean;
  /// Whether the state transition checks the signatures of blocks and attestations. Default true.
  verifySignatures?: boolean;
  /// Unix time of slot 0. Default: the date of Hardhat's network `devnet`, the same in every run.
  genesisTime?: number;
}

const DEFAULT_VALIDATORS = 64;
/// Below this the sync committee and the attestation committees of the preset can not be filled sensibly.
const MIN_VALIDATORS = 32;
/// `tickUntil` gives up after this many slots: 128 epochs, more than any delay of the configuration.
const DEFAULT_MAX_SLOTS = 1024;
/// Share of the stake: more than a third, so that no checkpoint gets two thirds of the votes.
const STALL_SHARE = 0.4;
const NO_FEE_RECIPIENT = "0x0000000000000000000000000000000000000000";

interface DevnetSnapshot {
  execution: Hex;
  beacon: ChainSnapshot;
  stalled: number[];
}

/// A beacon chain and an execution chain in step: every slot that has a proposer has a block in both.
export class Devnet {
  readonly chain: BeaconChain;
  readonly provider: Eip1193Provider;
  autoTick: boolean;
  readonly #inner: Eip1193Provider;
  readonly #execution: ExecutionChain;
  readonly #closeNetwork: () => Promise<void>;
  readonly #lock = new Lock();
  readonly #snapshots = new Map<string, DevnetSnapshot>();
  readonly #feeRecipients = new Map<number, string>();
  #stalled: number[] = [];

  constructor(parts: {
    chain: BeaconChain;
    execution: ExecutionChain;
    provider: Eip1193Provider;
    autoTick: boolean;
    closeNetwork: () => Promise<void>;
  }) {
    this.chain = parts.chain;
    this.autoTick = parts.autoTick;
    this.#inner = parts.provider;
    this.#execution = parts.execution;
    this.#closeNetwork = parts.closeNetwork;
    this.provider = new DevnetProvider(parts.provider, this);
  }

  get slot(): number {
    return this.chain.slot;
  }

  get epoch(): number {
    return this.chain.epoch;
  }

  checkpointNumber(tag: "finalized" | "safe"): number {
    const record = this.chain.checkpointRecord(
      tag === "finalized" ? this.chain.finalized : this.chain.justified,
    );
    return record.block.message.body.executionPayload.blockNumber;
  }

  async tickSlots(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#tick();
  }

  async tickEpochs(count: number): Promise<void> {
    await this.tickSlots(count * SLOTS_PER_EPOCH);
  }

  /// To the first slot of the epoch; nothing happens if that has passed.
  async tickToEpoch(epoch: number): Promise<void> {
    await this.tickSlots(Math.max(0, epoch * SLOTS_PER_EPOCH - this.slot));
  }

  /// Until `count` more blocks are there, however many slots that takes.
  async tickBlocks(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const { head } = this.chain;
      await this.tickUntil(() => this.chain.head !== head);
    }
  }

  /// Ticks slots until the predicate holds; looks before the first one, too. Returns the number of slots.
  async tickUntil(
    predicate: () => boolean | Promise<boolean>,
    maxSlots = DEFAULT_MAX_SLOTS,
  ): Promise<number> {
    for (let slots = 0; ; slots++) {
      if (await predicate()) return slots;
      if (slots === maxSlots)
        throw new Error(`Condition still not met after ${maxSlots} slots, at slot ${this.slot}`);
      await this.#tick();
    }
  }

  /// Until the block of the slot, by default that of the current head, is finalized.
  async tickToFinality(slot = this.chain.head.slot): Promise<number> {
    return this.tickUntil(() => this.chain.checkpointRecord(this.chain.finalized).slot >= slot);
  }

  /// Lets validators deposited with these keys attest, propose and sign exits.
  addKeys(secretKeys: Iterable<SecretKey>): void {
    for (const key of secretKeys) this.chain.keyring.add(key);
  }

  setOffline(indices: Iterable<number>, offline: boolean): void {
    const checked = [...indices];
    for (const index of checked) this.chain.validator(index);
    this.chain.duties.setOffline(checked, offline);
  }

  /// Where the priority fees of the blocks of these validators go.
  setFeeRecipient(indices: Iterable<number>, address: string): void {
    for (const index of indices) this.#feeRecipients.set(index, address);
  }

  /// Takes so many validators offline that nothing is finalized any more, or brings the same ones back.
  stallFinality(stall: boolean): void {
    if (stall && this.#stalled.length === 0) this.#stalled = this.#stallingSet();
    this.setOffline(this.#stalled, stall);
    if (!stall) this.#stalled = [];
  }

  slashProposer(index: number): void {
    this.chain.slashProposer(index);
  }

  slashAttester(index: number): void {
    this.chain.slashAttester(index);
  }

  voluntaryExit(index: number): void {
    this.chain.voluntaryExit(index);
  }

  async snapshot(): Promise<Hex> {
    return this.#lock.run(async () => {
      const execution = await call<Hex>(this.#inner, "evm_snapshot");
      this.#snapshots.set(execution, { execution, beacon: this.chain.snapshot(), stalled: this.#stalled });
      return execution;
    });
  }

  /// Back to the snapshot, which can be used once; those taken after it are void.
  async restore(id: string): Promise<void> {
    await this.#lock.run(async () => {
      const snapshot = this.#snapshots.get(id);
      if (!snapshot) throw new RangeError(`Unknown or used snapshot ${id}`);
      const later = [...this.#snapshots.keys()].slice([...this.#snapshots.keys()].indexOf(id));
      if (!(await call<boolean>(this.#inner, "evm_revert", snapshot.execution))) {
        throw new Error(`The execution chain has no snapshot ${id}`);
      }
      this.chain.restore(snapshot.beacon);
      this.#stalled = snapshot.stalled;
      for (const used of later) this.#snapshots.delete(used);
      await this.#execution.setNextTimestamp(this.chain.timeAtSlot(this.slot + 1));
    });
  }

  async close(): Promise<void> {
    await this.#lock.run(this.#closeNetwork);
  }

  async #tick(): Promise<void> {
    await this.#lock.run(async () => {
      const prepared = this.chain.prepare();
      if (prepared.attributes) {
        const recipient = this.#feeRecipients.get(prepared.attributes.proposerIndex) ?? NO_FEE_RECIPIENT;
        const { payload, requests } = await this.#execution.mine(prepared.attributes, recipient);
        this.chain.commit(prepared, payload, requests);
      } else {
        this.chain.skip(prepared);
      }
      await this.#execution.setNextTimestamp(this.chain.timeAtSlot(prepared.slot + 1));
    });
  }

  #stallingSet(): number[] {
    const { state, duties } = this.chain;
    const active = [...state.epochCtx.currentShuffling.activeIndices];
    const stakeOf = (index: number): number => state.validators.getReadonly(index).effectiveBalance;
    let wanted = STALL_SHARE * active.reduce((sum, index) => sum + stakeOf(index), 0);
    return active.filter((index) => {
      if (!duties.isOnline(state, index) || wanted <= 0) return false;
      wanted -= stakeOf(index);
      return true;
    });
  }
}

export async function startDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const count = options.validators ?? DEFAULT_VALIDATORS;
  if (!Number.isInteger(count) || count < MIN_VALIDATORS) {
    throw new RangeError(`The devnet needs at least ${MIN_VALIDATORS} validators, not ${count}`);
  }
  const connection = await hre.network.create({
    network: "devnet",
    override: options.genesisTime === undefined ? {} : { initialDate: new Date(options.genesisTime * 1000) },
  });
  const keyring = new Keyring();
  const credentials = options.credentials ?? ((_index: number, pubkey: Uint8Array) => blsCredentials(pubkey));
  const validators = Array.from({ length: count }, (_, index) => {
    const key = interopSecretKey(index);
    keyring.add(key);
    const pubkey = key.toPublicKey().toBytes();
    return { pubkey, withdrawalCredentials: credentials(index, pubkey) };
  });

  const execution = new ExecutionChain(connection.provider);
  const genesis = genesisState(chainForkConfig, await execution.install(), validators);
  const chain = new BeaconChain(genesis, keyring, { verifySignatures: options.verifySignatures ?? true });
  await execution.setNextTimestamp(chain.timeAtSlot(1));
  return new Devnet({
    chain,
    execution,
    provider: connection.provider,
    autoTick: options.autoTick ?? false,
    closeNetwork: () => connection.close(),
  });
}
