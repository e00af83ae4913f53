import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { interopSecretKey } from "@lodestar/state-transition";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { call, type Hex } from "../../scripts/devnet/rpc.ts";
import { account, credentials, deposit } from "./support/execution.ts";

const first = interopSecretKey(1000);
const second = interopSecretKey(1001);

describe("devnet: snapshots", () => {
  let devnet: Devnet;
  let owner: Hex;

  const heads = async (): Promise<unknown> => ({
    beacon: devnet.chain.head.blockRoot,
    state: devnet.chain.head.stateRoot,
    slot: devnet.slot,
    execution: (await call<{ hash: Hex }>(devnet.provider, "eth_getBlockByNumber", "latest", false)).hash,
  });
  const indexOf = (key: typeof first): number | undefined =>
    devnet.chain.indexOf(key.toPublicKey().toBytes());
  const registered = async (key: typeof first): Promise<number> => {
    await devnet.tickUntil(() => indexOf(key) !== undefined);
    return indexOf(key)!;
  };

  before(async () => {
    devnet = await startDevnet({ autoTick: true });
    devnet.addKeys([first, second]);
    owner = await account(devnet, 1);
    await devnet.tickEpochs(2);
  });

  after(() => devnet.close());

  it("takes both chains back, and the same actions lead to the same heads again", async () => {
    const start = await heads();
    const id = await devnet.snapshot();
    const act = async (): Promise<void> => {
      await deposit(devnet, { key: first, credentials: credentials(1, owner) });
      devnet.slashProposer(3);
      devnet.setOffline([5], true);
      await devnet.tickEpochs(5);
    };
    await act();
    const end = await heads();
    await devnet.restore(id);
    expect(await heads()).to.deep.equal(start);
    expect(devnet.chain.validator(3).slashed).to.equal(false);
    expect(devnet.chain.duties.offline).to.deep.equal([]);
    await act();
    expect(await heads()).to.deep.equal(end);
    devnet.setOffline([5], false);
  });

  it("credits a deposit to the right validator after another branch has registered other keys", async () => {
    const id = await devnet.snapshot();
    const fresh = interopSecretKey(1002);
    await deposit(devnet, { key: fresh, credentials: credentials(1, owner) });
    const lost = await registered(fresh);
    await devnet.restore(id);
    expect(indexOf(fresh)).to.equal(undefined);

    await deposit(devnet, { key: second, credentials: credentials(1, owner) });
    expect(await registered(second)).to.equal(lost);
    await deposit(devnet, { key: fresh, credentials: credentials(1, owner) });
    expect(await registered(fresh)).to.equal(lost + 1);
    for (const index of [lost, lost + 1]) expect(devnet.chain.balanceGwei(index)).to.equal(32_000_000_000);
  });

  it("restores over a missed slot, through the simulator's own methods too", async () => {
    const id = await call<Hex>(devnet.provider, "evm_snapshot");
    const everyone = Array.from({ length: devnet.chain.state.validators.length }, (_, index) => index);
    devnet.setOffline(everyone, true);
    await devnet.tickSlots(3);
    const missed = await heads();
    const inner = await devnet.snapshot();
    devnet.setOffline(everyone, false);
    await devnet.tickSlots(2);
    await devnet.restore(inner);
    expect(await heads()).to.deep.equal(missed);
    expect(devnet.chain.duties.offline).to.have.length(everyone.length);
    expect(await call<boolean>(devnet.provider, "evm_revert", id)).to.equal(true);
    await devnet.tickSlots(1);
    expect(devnet.chain.head.slot).to.equal(devnet.slot);
  });

  it("refuses a snapshot that was used, or that an older one has made void", async () => {
    const older = await devnet.snapshot();
    const newer = await devnet.snapshot();
    await devnet.restore(older);
    for (const id of [older, newer, "0x999"]) {
      const message = await devnet.restore(id).then(
        () => "restored",
        (error: Error) => error.message,
      );
      expect(message).to.equal(`Unknown or used snapshot ${id}`);
    }
  });
});
