import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { BrowserProvider, Interface, type Signer } from "ethers";
import {
  EPOCHS_PER_HISTORICAL_VECTOR,
  PENDING_CONSOLIDATIONS_LIMIT,
  PENDING_PARTIAL_WITHDRAWALS_LIMIT,
  SLOTS_PER_HISTORICAL_ROOT,
} from "@lodestar/params";
import { SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { stateOf, type BlockRecord } from "../../scripts/devnet/history.ts";
import { headerRoot } from "../../scripts/lib/beaconHeader.ts";
import { headerOf, validatorProof, type ValidatorRecord } from "../../scripts/lib/beaconProofs.ts";
import { LOCAL_ACCOUNTS } from "../../scripts/lib/accountNames.ts";
import {
  balanceProof,
  encodeSeedProof,
  mixProof,
  pastRootProof,
  type MixProof,
} from "../../scripts/lib/verifierProofs.ts";
import { BeaconVerifier__factory, RandaoSource__factory } from "../../typechain-types/index.ts";
import type { BeaconVerifier, IBeaconVerifier, RandaoSource } from "../../typechain-types/index.ts";
import { expectRevert } from "../story/support/revert.ts";

const FULU = {
  fromSlot: 0,
  validators: 75,
  balances: 76,
  randaoMixes: 77,
  historicalSummaries: 91,
  pendingDeposits: 98,
  pendingPartials: 99,
  pendingConsolidations: 100,
};
/** Slots of the second period: a block, and two missed ones behind it. */
const OLD_SLOT = 80;
const MISSED = 2;
const EVERYONE = Array.from({ length: 64 }, (_, index) => index);
const NO_HISTORY = { slot: 0, root: `0x${"00".repeat(32)}`, history: [] };

type BlockProof = IBeaconVerifier.BlockProofStruct;

describe("devnet: proofs for the verifier", () => {
  let devnet: Devnet;
  let provider: BrowserProvider;
  let verifier: BeaconVerifier;
  let source: RandaoSource;
  let errors: Interface;

  before(async () => {
    devnet = await startDevnet({ autoTick: true, verifySignatures: false });
    await devnet.tickBlocks(1);
    provider = new BrowserProvider(devnet.provider, undefined, { cacheTimeout: -1 });
    const deployer = await provider.getSigner(LOCAL_ACCOUNTS.deployer);
    verifier = await mined(deployVerifier(deployer, FULU.fromSlot, 1 << 20));
    source = await mined(new RandaoSource__factory(deployer).deploy(verifier, 1));
    const fragments = [...verifier.interface.fragments, ...source.interface.fragments];
    errors = new Interface(fragments.filter(({ type }) => type === "error"));

    await devnet.tickSlots(OLD_SLOT - devnet.slot);
    await missSlots(MISSED);
    await devnet.tickSlots(4 * SLOTS_PER_HISTORICAL_ROOT + 9 - devnet.slot);
  });

  after(async () => {
    provider.destroy();
    await devnet.close();
  });

  /* HELPERS */

  function deployVerifier(runner: Signer, fromSlot: number, endSlot: number) {
    return new BeaconVerifier__factory(runner).deploy(
      {
        genesisTime: devnet.chain.genesisTime,
        secondsPerSlot: SECONDS_PER_SLOT,
        slotsPerEpoch: SLOTS_PER_EPOCH,
        slotsPerHistoricalRoot: SLOTS_PER_HISTORICAL_ROOT,
        epochsPerHistoricalVector: EPOCHS_PER_HISTORICAL_VECTOR,
        pendingPartialsLimit: PENDING_PARTIAL_WITHDRAWALS_LIMIT,
        pendingConsolidationsLimit: PENDING_CONSOLIDATIONS_LIMIT,
        capellaSlot: 0,
        endSlot,
      },
      [{ ...FULU, fromSlot }],
    );
  }

  async function missSlots(count: number): Promise<void> {
    devnet.setOffline(EVERYONE, true);
    await devnet.tickSlots(count);
    devnet.setOffline(EVERYONE, false);
    await devnet.tickBlocks(1);
  }

  /** The parent of the head, the newest block that the execution chain knows, and how to name it. */
  function newest() {
    const { history, head } = devnet.chain;
    const record = history.latestUpTo(head.slot - 1)!;
    return { ...viewOf(record), slot: record.slot, timestamp: devnet.chain.timeAtSlot(head.slot) };
  }

  /** A block of long ago, under the newest one: the last at or before the slot. */
  function past(slot: number): { block: BlockProof; record: BlockRecord } {
    const { history } = devnet.chain;
    const period = Math.floor(slot / SLOTS_PER_HISTORICAL_ROOT);
    const blockRoots = Array.from(
      { length: SLOTS_PER_HISTORICAL_ROOT },
      (_, i) => history.latestUpTo(period * SLOTS_PER_HISTORICAL_ROOT + i)!.blockRoot,
    );
    const { state, header, timestamp } = newest();
    const proof = pastRootProof(state, header, { slot, capellaSlot: 0, blockRoots });
    return { block: { timestamp, ...proof }, record: history.latestUpTo(slot)! };
  }

  /** Claims that all calls are refused with this error, of whichever contract. */
  async function expectRefused(calls: Promise<unknown>[], name: string): Promise<void> {
    await Promise.all(calls.map((call) => expectRevert(call, { interface: errors }, name)));
  }

  /* STORIES */

  it("verifies validators and a balance under the newest root", async () => {
    const { state, header, slot, timestamp } = newest();
    expect(timestamp).to.equal((await provider.getBlock("latest"))!.timestamp);
    const block = { timestamp, ...NO_HISTORY };
    const many = validatorProof(state, header, [3, 17, 40]);
    const containers = many.validators.map(argument);
    expect(await verifier.verifyValidators(block, many.indices, containers, many.proof)).to.equal(
      BigInt(slot),
    );

    const one = validatorProof(state, header, [17]);
    const validator = argument(one.validators[0]!);
    expect(await verifier.verifyValidator(block, 17, validator, one.proof)).to.equal(BigInt(slot));
    const balance = balanceProof(state, header, 17);
    expect(balance.balanceGwei).to.equal(BigInt(state.balances.get(17)));
    expect(await verifier.verifyBalance(block, 17, balance.chunk, balance.proof)).to.deep.equal([
      BigInt(slot),
      balance.balanceGwei,
    ]);

    const nextSlot = { ...block, timestamp: timestamp + 12 };
    const refused = [
      verifier.verifyValidator(block, 18, validator, one.proof),
      verifier.verifyValidator(block, 17, { ...validator, slashed: true }, one.proof),
      verifier.verifyValidator(block, 17, validator, one.proof.with(5, header.stateRoot)),
      verifier.verifyValidator({ ...block, timestamp: timestamp - 12 }, 17, validator, one.proof),
      verifier.verifyValidators(block, [3, 17, 41], containers, many.proof),
      verifier.verifyBalance(block, 21, balance.chunk, balance.proof),
      verifier.verifyBalance(block, 17, header.stateRoot, balance.proof),
      verifier.verifyBalance(block, 17, balance.chunk, balance.proof.with(0, header.stateRoot)),
    ];
    await expectRefused(refused, "ProofInvalid");
    await expectRefused([verifier.verifyValidator(nextSlot, 17, validator, one.proof)], "BeaconRootUnknown");
  });

  it("verifies them under a root older than SLOTS_PER_HISTORICAL_ROOT, through the summaries", async () => {
    for (const slot of [OLD_SLOT, OLD_SLOT + MISSED]) {
      const { block, record } = past(slot);
      expect(record.slot).to.equal(OLD_SLOT);
      expect(devnet.slot - record.slot).to.be.greaterThan(SLOTS_PER_HISTORICAL_ROOT);
      const { state, header } = viewOf(record);
      expect(block.root).to.equal(headerRoot(header));

      const { validators, proof } = validatorProof(state, header, [17]);
      const validator = argument(validators[0]!);
      expect(await verifier.verifyValidator(block, 17, validator, proof)).to.equal(BigInt(slot));
      const balance = balanceProof(state, header, 17);
      expect(balance.balanceGwei).not.to.equal(BigInt(devnet.chain.balanceGwei(17)));
      expect(await verifier.verifyBalance(block, 17, balance.chunk, balance.proof)).to.deep.equal([
        BigInt(slot),
        balance.balanceGwei,
      ]);

      const wrong: BlockProof[] = [
        { ...block, slot: slot - 1 },
        { ...block, slot: slot + SLOTS_PER_HISTORICAL_ROOT },
        { ...block, root: newest().header.parentRoot },
        { ...block, history: block.history.with(6, block.root) },
        { ...block, timestamp: Number(block.timestamp) - 12 },
      ];
      const exiting = { ...validator, exitEpoch: 9 };
      await expectRefused(
        [
          ...wrong.map((changed) => verifier.verifyValidator(changed, 17, validator, proof)),
          verifier.verifyValidator(block, 17, exiting, proof),
        ],
        "ProofInvalid",
      );
    }
  });

  it("refuses slots of which it does not know the layout", async () => {
    const deployer = await provider.getSigner(LOCAL_ACCOUNTS.deployer);
    const { block, record } = past(OLD_SLOT);
    const { validators, proof } = validatorProof(viewOf(record).state, viewOf(record).header, [17]);
    for (const [from, to] of [
      [OLD_SLOT + SLOTS_PER_EPOCH, 1 << 20],
      [0, 3 * SLOTS_PER_HISTORICAL_ROOT],
    ] as const) {
      const other = await mined(deployVerifier(deployer, from, to));
      const call = other.verifyValidator(block, 17, argument(validators[0]!), proof);
      await expectRefused([call], "LayoutUnknown");
    }
  });

  it("answers one seed to a round, with its slot filled and with its slot missed", async () => {
    for (const missed of [0, 3]) {
      const round = Number(await source.fix());
      expect(round).to.equal((devnet.epoch + 2) * SLOTS_PER_EPOCH);
      await expectRefused([source.seed(round, "0x")], "RoundNotOver");

      await devnet.tickSlots(round - (missed > 0 ? 1 : 0) - devnet.slot);
      if (missed > 0) await missSlots(missed);
      else await devnet.tickBlocks(1);
      const { history } = devnet.chain;
      const child = history.firstFrom(round + 1)!;
      const last = history.latestUpTo(round)!;
      expect(last.slot).to.equal(missed > 0 ? round - 1 : round);
      const timestamp = devnet.chain.timeAtSlot(child.slot);
      const good = proofOf(last);
      expect(await source.seed(round, encodeSeedProof(timestamp, good))).to.equal(good.mix);
      // the next block's execution payload was made with it
      if (missed === 0) {
        const { prevRandao } = child.block.message.body.executionPayload;
        expect(good.mix).to.equal(`0x${Buffer.from(prevRandao).toString("hex")}`);
      }
      expect(await source.lapsed(round)).to.equal(false);

      await devnet.tickBlocks(1);
      const earlier = history.latestUpTo(last.slot - 1)!;
      const next = devnet.chain.timeAtSlot(history.firstFrom(child.slot + 1)!.slot);
      const refused: [string, number, MixProof][] = [
        ["ProofInvalid", timestamp, { ...good, mix: good.slotProof[0]! }],
        ["ProofInvalid", timestamp, { ...good, blockSlot: last.slot - 1 }],
        ["ProofInvalid", timestamp, { ...good, mixProof: good.mixProof.with(2, good.mix) }],
        ["ProofInvalid", timestamp, proofOf(earlier)],
        ["ProofInvalid", next, good],
        ["BlockAfterRound", next, proofOf(child)],
        ["ChildNotAfterRound", devnet.chain.timeAtSlot(last.slot), proofOf(earlier)],
        ["BeaconRootUnknown", timestamp + 1, good],
      ];
      for (const [error, time, proof] of refused) {
        await expectRefused([source.seed(round, encodeSeedProof(time, proof))], error);
      }
    }
  });
});

function viewOf(record: BlockRecord) {
  const state = stateOf(record)!;
  return { state, header: headerOf(state) };
}

function proofOf(record: BlockRecord): MixProof {
  const { state, header } = viewOf(record);
  return mixProof(state, header, SLOTS_PER_EPOCH);
}

/** As the contract takes a validator. */
function argument({ effectiveBalanceGwei, ...rest }: ValidatorRecord) {
  return { ...rest, effectiveBalance: effectiveBalanceGwei };
}

async function mined<C extends { waitForDeployment(): Promise<unknown> }>(sent: Promise<C>): Promise<C> {
  const contract = await sent;
  await contract.waitForDeployment();
  return contract;
}
