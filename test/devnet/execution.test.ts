import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { BrowserProvider, parseEther } from "ethers";
import { keccak256 } from "viem";
import { toHex } from "@lodestar/utils";
import { DEPOSIT_CONTRACT_ADDRESS, SECONDS_PER_SLOT } from "../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { call, quantity, word, type Hex } from "../../scripts/devnet/rpc.ts";
import {
  BEACON_ROOTS_ADDRESS,
  BLOCK_HASHES_ADDRESS,
  CONSOLIDATION_REQUESTS_ADDRESS,
  WITHDRAWAL_REQUESTS_ADDRESS,
} from "../../scripts/devnet/systemContracts.ts";
import { account, balanceWei, receipt, send } from "./support/execution.ts";

/// As on every public network; the deposit contract's is that of mainnet and of Hoodi.
const CODE_HASHES: Record<string, string> = {
  [BEACON_ROOTS_ADDRESS]: "0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c",
  [BLOCK_HASHES_ADDRESS]: "0x6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d",
  [WITHDRAWAL_REQUESTS_ADDRESS]: "0x0345a365d2f4c5975b9f1599abe0a2ee76b7a3a731bc68781bd04c84e4858f50",
  [CONSOLIDATION_REQUESTS_ADDRESS]: "0x78c6cb5202685228bbcbfb992b1c4e116c7ec5ef11e25b8e92716cfc628ddd60",
  [DEPOSIT_CONTRACT_ADDRESS]: "0x6c029a231254fadb724d63be769f75eedd66362df034a3e663252b49d062a666",
};

interface Block {
  number: Hex;
  hash: Hex;
  timestamp: Hex;
  mixHash: Hex;
  miner: Hex;
}

describe("devnet: execution chain", () => {
  let devnet: Devnet;

  const latest = (): Promise<Block> => call(devnet.provider, "eth_getBlockByNumber", "latest", false);

  before(async () => {
    devnet = await startDevnet({ autoTick: true });
  });

  after(() => devnet.close());

  it("has the canonical code at the addresses of the system contracts", async () => {
    for (const [address, hash] of Object.entries(CODE_HASHES)) {
      expect(keccak256(await call<Hex>(devnet.provider, "eth_getCode", address, "latest")), address).to.equal(
        hash,
      );
    }
  });

  it("mines one block per proposed slot, with the slot's time and randomness", async () => {
    const { number } = await latest();
    await devnet.tickSlots(3);
    const block = await latest();
    const payload = devnet.chain.head.block.message.body.executionPayload;
    expect(Number(block.number)).to.equal(Number(number) + 3);
    expect(Number(block.timestamp)).to.equal(devnet.chain.genesisTime + devnet.slot * SECONDS_PER_SLOT);
    expect(block.hash).to.equal(toHex(payload.blockHash));
    expect(block.mixHash).to.equal(toHex(payload.prevRandao));
  });

  it("refuses requests until the first block has opened the queues, then asks for one wei", async () => {
    const fresh = await startDevnet();
    const fee = (): Promise<Hex> =>
      call(fresh.provider, "eth_call", { to: WITHDRAWAL_REQUESTS_ADDRESS }, "latest");
    const refused = await fee().then(
      () => false,
      () => true,
    );
    expect(refused).to.equal(true);
    await fresh.tickSlots(1);
    expect(BigInt(await fee())).to.equal(1n);
    await fresh.close();
  });

  it("answers EIP-4788 with the parent's root, and EIP-2935 with the parent's hash", async () => {
    const parent = { block: await latest(), record: devnet.chain.head };
    await devnet.tickSlots(1);
    const { timestamp } = await latest();
    const root = await call(
      devnet.provider,
      "eth_call",
      { to: BEACON_ROOTS_ADDRESS, data: word(Number(timestamp)) },
      "latest",
    );
    expect(root).to.equal(parent.record.blockRoot);
    expect(root).to.equal(toHex(devnet.chain.head.header.parentRoot));
    const data = word(Number(parent.block.number));
    expect(await call(devnet.provider, "eth_call", { to: BLOCK_HASHES_ADDRESS, data }, "latest")).to.equal(
      parent.block.hash,
    );
  });

  it("shows calls on the pending block the time of the next slot, on the latest that of the head", async () => {
    const clock = "0x00000000000000000000000000000000000000c1";
    // TIMESTAMP PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
    await call(devnet.provider, "hardhat_setCode", clock, "0x425f5260205ff3");
    await devnet.tickSlots(1);
    const now = devnet.chain.timeAtSlot(devnet.slot);
    expect(Number(await call(devnet.provider, "eth_call", { to: clock }, "latest"))).to.equal(now);
    expect(Number(await call(devnet.provider, "eth_call", { to: clock }, "pending"))).to.equal(
      now + SECONDS_PER_SLOT,
    );
  });

  it("mines what ethers sends, so that wait() returns", async () => {
    const signer = await new BrowserProvider(devnet.provider, undefined, { cacheTimeout: -1 }).getSigner(0);
    const to = "0x00000000000000000000000000000000000000A1";
    const mined = await (await signer.sendTransaction({ to, value: parseEther("1") })).wait();
    expect(mined?.status).to.equal(1);
    expect(await balanceWei(devnet, to)).to.equal(parseEther("1"));
  });

  it("keeps a transaction in the pool while its proposers are away", async () => {
    devnet.autoTick = false;
    const hash = await send(devnet, { to: "0x00000000000000000000000000000000000000A2", valueWei: 1n });
    const everyone = Array.from({ length: 64 }, (_, index) => index);
    const { number } = await latest();
    devnet.setOffline(everyone, true);
    await devnet.tickSlots(2);
    expect((await latest()).number).to.equal(number);
    expect(await receipt(devnet, hash)).to.equal(null);
    devnet.setOffline(everyone, false);
    await devnet.tickSlots(1);
    expect((await receipt(devnet, hash)).status).to.equal("0x1");
    devnet.autoTick = true;
  });

  it("returns the hash of a transaction that waits for an earlier nonce", async () => {
    const from = await account(devnet, 2);
    const transaction = { from, to: from, value: "0x1", gas: quantity(21_000), nonce: "0x1" };
    const later = await call<Hex>(devnet.provider, "eth_sendTransaction", transaction);
    expect(await receipt(devnet, later)).to.equal(null);
    await call(devnet.provider, "eth_sendTransaction", { ...transaction, nonce: "0x0" });
    expect((await receipt(devnet, later)).status).to.equal("0x1");
  });

  it("pays priority fees to the proposer's recipient", async () => {
    const recipient = "0x00000000000000000000000000000000000000f1";
    devnet.setFeeRecipient(
      Array.from({ length: 64 }, (_, index) => index),
      recipient,
    );
    await send(devnet, { to: recipient });
    expect((await latest()).miner).to.equal(recipient);
    expect(toHex(devnet.chain.head.block.message.body.executionPayload.feeRecipient)).to.equal(recipient);
    expect((await balanceWei(devnet, recipient)) > 0n).to.equal(true);
  });

  it("turns the simulator's commands for blocks and time into slots, or refuses them", async () => {
    const { slot } = devnet;
    await call(devnet.provider, "hardhat_mine", "0x2");
    await call(devnet.provider, "evm_increaseTime", 13);
    expect(devnet.slot).to.equal(slot + 4);
    for (const method of ["evm_setNextBlockTimestamp", "evm_setAutomine"]) {
      const error = await call(devnet.provider, method, 1).catch((e: Error) => e.message);
      expect(error).to.match(new RegExp(`${method} is not available on the devnet`));
    }
  });
});
