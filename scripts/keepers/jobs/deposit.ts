import type { Signer } from "ethers";
import type { ReportSources } from "../../actions/buildReport.ts";
import { openDraw } from "../../actions/openDraw.ts";
import { operatorWeight } from "../../actions/operatorWeight.ts";
import { sendPredeposits } from "../../actions/predeposit.ts";
import { proveDuplicate, proveForeign } from "../../actions/proveForeign.ts";
import { KNOWN_SLOTS } from "../../actions/proveSlashing.ts";
import { refreshWeight } from "../../actions/refreshWeight.ts";
import { isSeedKnown, settleDraw } from "../../actions/settleDraw.ts";
import { proveAndTopUp } from "../../actions/topUp.ts";
import { headBlock } from "../../lib/headBlock.ts";
import { receiptOf } from "../../lib/receipts.ts";
import { GWEI_PER_ETHER, timeAt, WEI_PER_ETHER } from "../../lib/units.ts";
import { pressingSteps, sendBy } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst, stillPlanned, takeSteps } from "../steps.ts";
import { DepositKeys } from "./depositKeys.ts";
import {
  depositDeadline,
  planDeposits,
  TOP_UP_ETH,
  type DepositsSeen,
  type DepositStep,
  type OperatorSeen,
} from "./depositPlan.ts";

/** `Standing` of contracts/interfaces/IOperatorRegistry.sol: the last that takes part in draws. */
const WATCHED = 1n;
const BP = 10_000n;

/** Errors of the contracts that say that somebody has done it, or used what was there for it. */
const OVERTAKEN = [
  "WrongState",
  "DrawIsOpen",
  "NoDrawOpen",
  "OpenedTooEarly",
  "NoAllotment",
  "AllotmentStands",
  "AllotmentTooSmall",
  "FreeEtherTooSmall",
  "FreeBufferTooSmall",
];

/** And that a key came to be another's, or is not late yet, or its operator was stopped: it is to be looked at again. */
const LATER = ["ValidatorKnown", "CredentialsAreOurs", "NotOverdue", "OperatorStopped"];

/**
 * Turns buffered ether into validators: draws who gets it, sends predeposits, proves them and tops them up; and has bonds pay
 * for those that came to nothing.
 */
export class DepositJob implements Job<DepositsSeen, DepositStep[]> {
  readonly name = "deposit";
  readonly #sources: ReportSources;
  readonly #sender: Signer;
  readonly #keys: DepositKeys;

  constructor(sources: ReportSources, sender: Signer) {
    this.#sources = sources;
    this.#sender = sender;
    this.#keys = new DepositKeys(sources);
  }

  async observe(): Promise<DepositsSeen> {
    const { protocol, beacon, provider } = this.#sources;
    const { StakeAllocator: allocator, BeaconDepositor: depositor, ValidatorRegistry: registry } = protocol;
    const [{ timestamp: time }, draw, closedAt, gap, parameters, promisedEth, totalStake, free, paused] =
      await Promise.all([
        headBlock(provider),
        allocator.draw(),
        allocator.closedAt(),
        allocator.OPENING_GAP(),
        allocator.parameters(),
        allocator.promisedEth(),
        registry.totalStake(),
        depositor.freeBuffer(),
        depositor.pausedUntil(),
      ]);
    const [predepositDeadline, spec, { genesisTime }] = await Promise.all([
      registry.predepositDeadline(),
      beacon.spec(),
      beacon.genesis(),
    ]);
    const seedAt = (slot: number) => timeAt(slot, { ...spec, genesisTime });
    const { lotEth, capBp, capFloorEth } = parameters;
    const share = ((totalStake + promisedEth + lotEth) * capBp) / BP;
    const [isKnown, isLapsed] = draw.isOpen
      ? await Promise.all([isSeedKnown(beacon, Number(draw.round)), protocol.RandaoSource.lapsed(draw.round)])
      : [false, false];
    const operators = await this.#operators();
    return {
      time,
      freeEth: free / WEI_PER_ETHER,
      isPaused: paused > BigInt(time),
      draw: {
        isOpen: draw.isOpen,
        isSeedKnown: isKnown,
        isLapsed,
        mayOpenFrom: closedAt === 0n ? 0 : Number(closedAt + gap),
        seedFrom: seedAt(Number(draw.round)),
        seedUntil: seedAt(Number(draw.round) + KNOWN_SLOTS),
      },
      lotEth,
      capEth: share > capFloorEth ? share : capFloorEth,
      promisedEth,
      weightLife: Number(parameters.weightLife),
      allotmentLife: Number(parameters.allotmentLife),
      predepositDeadline: Number(predepositDeadline),
      operators,
      ...(await this.#keys.observe(allottedOf(operators))),
    };
  }

  plan(seen: DepositsSeen): DepositStep[] | undefined {
    return planDeposits(seen);
  }

  pressing(steps: DepositStep[], seen: DepositsSeen, now: number): DepositStep[] | undefined {
    return pressingSteps(steps, (step) => depositDeadline(step, seen), now);
  }

  async act(steps: DepositStep[], cycle: Cycle): Promise<string> {
    const { protocol } = this.#sources;
    const seen = await this.observe();
    const still = stillPlanned(steps, this.plan(seen));
    const take = (step: DepositStep) => {
      const sender = sendBy(this.#sender, depositDeadline(step, seen), cycle.now);
      return sendFirst(protocol, OVERTAKEN, () => this.#take(step, sender), LATER);
    };
    return takeSteps(still, take, cycle);
  }

  async #take(step: DepositStep, sender: Signer): Promise<string> {
    const { protocol } = this.#sources;
    const allocator = protocol.StakeAllocator.connect(sender);
    switch (step.step) {
      case "foreign":
      case "duplicate": {
        const key = { ...this.#keys.published(step.commitmentId), at: step.at };
        const prove = step.step === "foreign" ? proveForeign : proveDuplicate;
        const { hash } = await prove(this.#sources, sender, key);
        const what = step.step === "foreign" ? "has foreign credentials" : "is ours already";
        return `proved that key ${step.at} of operator ${key.operatorId} ${what}: ${hash}`;
      }
      case "lock":
      case "burn": {
        const bonds = protocol.BondVault.connect(sender);
        const { operatorId, root, gindices } = step;
        const call = step.step === "lock" ? bonds.lockOverdue : bonds.burnOverdue;
        const { hash } = await receiptOf(call(operatorId, root, gindices));
        const what = step.step === "lock" ? "locked" : "burnt";
        return `had bond ${what} for ${gindices.length} predeposits of operator ${operatorId}: ${hash}`;
      }
      case "prove":
      case "proveAlone": {
        const { operatorId, tree } = this.#keys.published(step.commitmentId);
        const amountGwei = step.step === "prove" ? TOP_UP_ETH * GWEI_PER_ETHER : 0n;
        const { hash } = await proveAndTopUp(
          this.#sources,
          sender,
          { operatorId, tree, indices: step.indices, amountGwei },
          step.isPaid,
        );
        return `proved${amountGwei > 0n ? " and topped up" : ""} ${step.indices.length} validators of operator ${operatorId}: ${hash}`;
      }
      case "settle": {
        const { drawId, winner, receipt } = await settleDraw(this.#sources, sender);
        return `settled draw ${drawId}, won by ${winner ? `operator ${winner.operatorId}` : "nobody"}: ${receipt.hash}`;
      }
      case "abandon":
        return `gave up a draw: ${(await receiptOf(allocator.abandon())).hash}`;
      case "lapse":
        return `ended the allotment of operator ${step.operatorId}: ${(await receiptOf(allocator.lapse(step.operatorId))).hash}`;
      case "refresh":
        return `computed the weight of operator ${step.operatorId}: ${(await refreshWeight(protocol, sender, step)).hash}`;
      case "open": {
        const { drawId, receipt } = await openDraw(protocol, sender);
        return `opened draw ${drawId}: ${receipt.hash}`;
      }
      case "predeposit": {
        const { operatorId, tree } = this.#keys.published(step.commitmentId);
        const keys = { operatorId, tree, indices: step.indices };
        const { hash } = await sendPredeposits(protocol, sender, keys);
        return `sent ${step.indices.length} predeposits for operator ${operatorId}: ${hash}`;
      }
    }
  }

  async #operators(): Promise<OperatorSeen[]> {
    const { protocol } = this.#sources;
    const count = Number(await protocol.OperatorRegistry.count());
    return Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const operatorId = BigInt(i + 1);
        const [standing, { eth }, capacityEth, position, weight, weightNow] = await Promise.all([
          protocol.OperatorRegistry.standingOf(operatorId),
          protocol.ValidatorRegistry.stakeOf(operatorId),
          protocol.BondVault.capacityOf(operatorId),
          protocol.StakeAllocator.position(operatorId),
          protocol.StakeAllocator.weightOf(operatorId),
          operatorWeight(protocol, operatorId),
        ]);
        return {
          operatorId,
          mayDraw: standing <= WATCHED,
          stakeEth: eth,
          capacityEth,
          leftEth: position.leftEth,
          endsAt: Number(position.endsAt),
          weight,
          refreshedAt: Number(position.refreshedAt),
          weightNow,
        };
      }),
    );
  }
}

function allottedOf(operators: readonly OperatorSeen[]): Set<bigint> {
  const allotted = operators.filter(({ mayDraw, leftEth }) => mayDraw && leftEth > 0n);
  return new Set(allotted.map(({ operatorId }) => operatorId));
}
