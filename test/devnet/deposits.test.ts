import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { decodeFunctionResult, encodeFunctionData } from "viem";
import { interopSecretKey } from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";
import { toHex } from "@lodestar/utils";
import { DEPOSIT_CONTRACT_ADDRESS } from "../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { call, type Hex } from "../../scripts/devnet/rpc.ts";
import { account, credentials, deposit, depositAbi, receipt } from "./support/execution.ts";

const GENESIS_VALIDATORS = 64;
const goodKey = interopSecretKey(1000);
const badKey = interopSecretKey(1001);

describe("devnet: deposits", () => {
  let devnet: Devnet;
  let index: number;

  before(async () => {
    devnet = await startDevnet({ autoTick: true });
    devnet.addKeys([goodKey]);
    const owner = await account(devnet, 1);
    const hashes = [
      await deposit(devnet, { key: badKey, credentials: credentials(1, owner), spoil: true }),
      await deposit(devnet, { key: goodKey, credentials: credentials(1, owner) }),
    ];
    for (const hash of hashes) expect((await receipt(devnet, hash)).status).to.equal("0x1");
  });

  after(() => devnet.close());

  it("gives the contract the same root as the list of the specification", async () => {
    const data = encodeFunctionData({ abi: depositAbi, functionName: "get_deposit_root" });
    const answer = await call<Hex>(
      devnet.provider,
      "eth_call",
      { to: DEPOSIT_CONTRACT_ADDRESS, data },
      "latest",
    );
    const root = decodeFunctionResult({ abi: depositAbi, functionName: "get_deposit_root", data: answer });

    const pending = devnet.chain.state.pendingDeposits.getAllReadonlyValues();
    expect(pending).to.have.length(2);
    const leaves = pending.map(({ pubkey, withdrawalCredentials, amount, signature }) =>
      ssz.phase0.DepositData.hashTreeRoot({ pubkey, withdrawalCredentials, amount, signature }),
    );
    expect(root).to.equal(toHex(ssz.phase0.DepositDataRootList.hashTreeRoot(leaves)));
  });

  it("registers a deposit only once its slot is finalized", async () => {
    const { slot } = devnet.chain.state.pendingDeposits.getReadonly(1);
    await devnet.tickUntil(() => devnet.chain.indexOf(goodKey.toPublicKey().toBytes()) !== undefined);
    expect(devnet.chain.checkpointRecord(devnet.chain.finalized).slot).to.be.at.least(slot);
    index = devnet.chain.indexOf(goodKey.toPublicKey().toBytes())!;
  });

  it("drops a deposit without a valid proof of possession", () => {
    expect(devnet.chain.indexOf(badKey.toPublicKey().toBytes())).to.equal(undefined);
    expect(devnet.chain.state.pendingDeposits.length).to.equal(0);
    expect(index).to.equal(GENESIS_VALIDATORS);
    expect(devnet.chain.state.validators.length).to.equal(GENESIS_VALIDATORS + 1);
  });

  it("activates the validator, which then attests and earns", async () => {
    await devnet.tickUntil(() => devnet.chain.validator(index).activationEpoch <= devnet.epoch);
    const before = devnet.chain.balanceGwei(index);
    await devnet.tickEpochs(3);
    const { chain } = devnet;
    // Everything above 32 ETH is swept to the owner sooner or later, so look at both.
    const owner = credentials(1, await account(devnet, 1)).slice(12);
    const swept = Array.from({ length: chain.slot + 1 }, (_, slot) => chain.history.atSlot(slot))
      .flatMap((record) => record?.block.message.body.executionPayload.withdrawals ?? [])
      .filter((withdrawal) => toHex(withdrawal.address) === toHex(owner))
      .reduce((sum, withdrawal) => sum + Number(withdrawal.amount), 0);
    expect(before).to.equal(32_000_000_000);
    expect(chain.balanceGwei(index) + swept).to.be.greaterThan(before);
  });

  it("leaves a validator offline whose key it does not have", async () => {
    const stranger = interopSecretKey(1002);
    await deposit(devnet, { key: stranger, credentials: credentials(1, await account(devnet, 1)) });
    const pubkey = stranger.toPublicKey().toBytes();
    await devnet.tickUntil(() => {
      const known = devnet.chain.indexOf(pubkey);
      return known !== undefined && devnet.chain.validator(known).activationEpoch <= devnet.epoch;
    });
    await devnet.tickEpochs(3);
    expect(devnet.chain.balanceGwei(devnet.chain.indexOf(pubkey)!)).to.be.lessThan(32_000_000_000);
  });
});
