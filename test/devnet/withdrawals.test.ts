import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { interopSecretKey } from "@lodestar/state-transition";
import { toHex } from "@lodestar/utils";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { blsCredentials } from "../../scripts/devnet/genesis.ts";
import { call, quantity, type Hex } from "../../scripts/devnet/rpc.ts";
import { ETHER, account, balanceWei, credentials, deposit, receipt } from "./support/execution.ts";
import { requestConsolidation, requestWithdrawal, withdrawnWei } from "./support/requests.ts";

// Genesis validators by role; each has an owner of its own, except where said otherwise.
const LEAVING = 0;
const TOPPED_UP = 1;
const SOURCE = 2;
const TARGET = 3;
const SWITCHING = 4;

describe("devnet: requests and withdrawals", () => {
  let devnet: Devnet;
  let owners: Hex[];
  let started: number;

  /// BALANCE of the address given as calldata.
  const probe = "0x00000000000000000000000000000000000000b1";

  before(async () => {
    const accounts = await startDevnet().then(async (first) => {
      const all = await Promise.all(Array.from({ length: 20 }, (_, index) => account(first, index)));
      await first.close();
      return all;
    });
    owners = accounts.slice(10);
    const types = new Map<number, 1 | 2>([
      [LEAVING, 1],
      [TOPPED_UP, 2],
      [SOURCE, 1],
      [TARGET, 2],
      [SWITCHING, 1],
    ]);
    devnet = await startDevnet({
      autoTick: true,
      credentials: (index, pubkey) => {
        const type = types.get(index);
        return type === undefined ? blsCredentials(pubkey) : credentials(type, owners[index]!);
      },
    });
    // PUSH0 CALLDATALOAD BALANCE PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    await call(devnet.provider, "hardhat_setCode", probe, "0x5f35315f5260205ff3");

    await deposit(devnet, {
      key: interopSecretKey(TOPPED_UP),
      credentials: credentials(2, owners[TOPPED_UP]!),
      ether: 8,
    });
    await devnet.tickUntil(() => devnet.chain.balanceGwei(TOPPED_UP) > 39_000_000_000);
    await devnet.tickToEpoch(devnet.chain.config.SHARD_COMMITTEE_PERIOD);

    const hashes = [
      await requestWithdrawal(devnet, owners[LEAVING]!, LEAVING, 0n),
      await requestWithdrawal(devnet, owners[TOPPED_UP]!, TOPPED_UP, 5_000_000_000n),
      // Not the owner: the contract takes the fee, the beacon chain ignores the request.
      await requestWithdrawal(devnet, owners[9]!, TARGET, 0n),
      await requestConsolidation(devnet, owners[SOURCE]!, SOURCE, TARGET),
      await requestConsolidation(devnet, owners[SWITCHING]!, SWITCHING, SWITCHING),
    ];
    for (const hash of hashes) expect((await receipt(devnet, hash)).status).to.equal("0x1");
    started = devnet.slot;
  });

  after(() => devnet.close());

  it("starts the exit that the owner asked for, and none that somebody else did", () => {
    expect(devnet.chain.validator(LEAVING).exitEpoch).to.be.lessThan(Infinity);
    expect(devnet.chain.validator(TARGET).exitEpoch).to.equal(Infinity);
  });

  it("queues the consolidation, with the exit of its source", () => {
    expect(devnet.chain.state.pendingConsolidations.getAllReadonlyValues()).to.have.length(1);
    expect(devnet.chain.validator(SOURCE).exitEpoch).to.be.lessThan(Infinity);
  });

  it("switches a validator to compounding credentials", () => {
    expect(toHex(devnet.chain.validator(SWITCHING).withdrawalCredentials).slice(0, 4)).to.equal("0x02");
  });

  it("pays a partial withdrawal to the owner, to the wei", async () => {
    const owner = owners[TOPPED_UP]!;
    const before = await balanceWei(devnet, owner);
    expect(devnet.chain.state.pendingPartialWithdrawals.length).to.equal(1);
    await devnet.tickUntil(() => devnet.chain.state.pendingPartialWithdrawals.length === 0);
    expect((await balanceWei(devnet, owner)) - before).to.equal(5n * ETHER);
    expect(withdrawnWei(devnet, owner, started)).to.equal(5n * ETHER);
  });

  it("shows the withdrawals of a block in its state, by number and by hash", async () => {
    const { chain } = devnet;
    const payer = chain.history.atSlot(
      Array.from({ length: devnet.slot }, (_, i) => devnet.slot - i).find(
        (slot) => withdrawnWei(devnet, owners[TOPPED_UP]!, slot - 1, slot) > 0n,
      )!,
    )!;
    const { blockNumber, blockHash } = payer.block.message.body.executionPayload;
    const owner = owners[TOPPED_UP]!;
    const latest = await balanceWei(devnet, owner);
    await devnet.tickSlots(1);

    const data = `0x${owner.slice(2).padStart(64, "0")}`;
    const at = async (block: unknown): Promise<bigint[]> => [
      await balanceWei(devnet, owner, block),
      BigInt(await call<Hex>(devnet.provider, "eth_call", { to: probe, data }, block)),
    ];
    expect(await at(quantity(blockNumber))).to.deep.equal([latest, latest]);
    expect(await at({ blockHash: toHex(blockHash) })).to.deep.equal([latest, latest]);
    const earlier = latest - 5n * ETHER;
    expect(await at(quantity(blockNumber - 1))).to.deep.equal([earlier, earlier]);
  });

  it("moves the balance of a consolidated validator to its target", async () => {
    const { chain } = devnet;
    await devnet.tickUntil(() => chain.state.pendingConsolidations.length === 0);
    expect(chain.balanceGwei(TARGET)).to.be.greaterThan(63_900_000_000);
    expect(chain.balanceGwei(SOURCE)).to.be.lessThan(100_000_000);
    expect(chain.validator(SOURCE).exitEpoch).to.be.lessThan(chain.epoch);
  });

  it("pays an exited validator out in full", async () => {
    const { chain } = devnet;
    const owner = owners[LEAVING]!;
    await devnet.tickUntil(
      () =>
        withdrawnWei(devnet, owner, started) > 31n * ETHER && chain.validator(LEAVING).effectiveBalance === 0,
    );
    const paid = withdrawnWei(devnet, owner, started);
    const startBlock = chain.history.atSlot(started)!.block.message.body.executionPayload.blockNumber;
    expect(
      (await balanceWei(devnet, owner)) - (await balanceWei(devnet, owner, quantity(startBlock))),
    ).to.equal(paid);
    expect(chain.epoch).to.be.at.least(chain.validator(LEAVING).withdrawableEpoch);
  });

  it("empties the queues of both contracts", async () => {
    for (const slot of ["0x1", "0x2", "0x3"]) {
      for (const address of [
        "0x00000961Ef480Eb55e80D19ad83579A64c007002",
        "0x0000BBdDc7CE488642fb579F8B00f3a590007251",
      ]) {
        expect(
          BigInt(await call<Hex>(devnet.provider, "eth_getStorageAt", address, slot, "latest")),
        ).to.equal(0n);
      }
    }
  });
});
