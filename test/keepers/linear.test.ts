import { expect } from "chai";
import { planExits, type Candidate, type Observed } from "../../scripts/actions/planExits.ts";
import {
  planDeposits,
  type BatchSeen,
  type OperatorSeen,
  type OverdueSeen,
} from "../../scripts/keepers/jobs/depositPlan.ts";
import {
  planSlashing,
  type Arrival,
  type OpenLock,
  type WatchedValidator,
} from "../../scripts/keepers/jobs/slashingPlan.ts";
import { stillPlanned } from "../../scripts/keepers/steps.ts";
import { FAR_FUTURE_EPOCH } from "../../scripts/lib/units.ts";

const GWEI_32 = 32n * 10n ** 9n;

/** Counts how often a field of any of its elements is read, through whatever lists are made of them. */
class Counter {
  reads = 0;

  list<T extends object>(count: number, of: (i: number) => T): T[] {
    const get = (target: T, name: PropertyKey) => {
      this.reads++;
      return Reflect.get(target, name) as unknown;
    };
    return Array.from({ length: count }, (_, i) => new Proxy(of(i), { get }));
  }
}

function exits(counter: Counter, count: number, changes: Partial<Observed>) {
  const candidates = counter.list(
    count,
    (i): Candidate => ({
      ...{ index: i, operatorId: BigInt(i % 10), isConsolidating: false, rank: BigInt(i) },
      ...{ balanceGwei: GWEI_32 + BigInt((i * 7_919) % count), effectiveBalanceGwei: GWEI_32 },
    }),
  );
  planExits({
    ...{ candidates, over: [], vain: [], leaving: [], waiting: [], noteAge: 60 },
    ...{ stopped: new Set(), aboveCap: new Set(), aboveCapIsOpen: false },
    ...{ deficitWei: BigInt(count) * 32n * 10n ** 18n, minimumWei: 1n, threshold: BigInt(count) },
    ...changes,
  });
}

const PLANS: [string, (counter: Counter, count: number) => void][] = [
  ["exits by the draw", (counter, count) => exits(counter, count, {})],
  ["exits of stopped operators", (counter, count) => exits(counter, count, { stopped: new Set([3n, 4n]) })],
  [
    "exits of operators above the cap",
    (counter, count) => exits(counter, count, { aboveCap: new Set([9n]), aboveCapIsOpen: true }),
  ],
  [
    "slashings, states and settlements",
    (counter, count) => {
      const validators = counter.list(
        count,
        (i): WatchedValidator => ({
          ...{ index: i, pubkey: `0x${i}`, known: { state: 1, slashed: i % 3 === 0 }, slashed: i % 2 === 0 },
          ...{ exitEpoch: BigInt(i), withdrawableEpoch: FAR_FUTURE_EPOCH, effectiveBalanceGwei: GWEI_32 },
        }),
      );
      const locks = counter.list(
        count,
        (i): OpenLock => ({
          ...{ index: i, baseGwei: GWEI_32, balanceGwei: GWEI_32 / 2n, withdrawableEpoch: 9_000n },
          ...{ fromSlot: 0, settledSlot: -1, owesBounty: true, atStakeGwei: GWEI_32, arrivedGwei: 0n },
        }),
      );
      const seen = { finalizedEpoch: 500, finalizedSlot: 4_000, bookedSlot: 3_999, slotsPerEpoch: 8 };
      const arrivals = counter.list(count, (i): Arrival => ({ source: i, target: i + 1, slot: 8 }));
      planSlashing({
        ...{ validators, locks, arrivals, ...seen, slashingsVector: 64, minSettleWei: 1n },
        ...{ genesisTime: 0, secondsPerSlot: 12 },
      });
    },
  ],
  [
    "draws, predeposits and proofs",
    (counter, count) => {
      const operators = counter.list(
        count,
        (i): OperatorSeen => ({
          ...{ operatorId: BigInt(i), mayDraw: true, stakeEth: 0n, capacityEth: 640n, leftEth: 64n },
          ...{ endsAt: 2_000, weight: 5n, refreshedAt: 0, weightNow: 9n },
        }),
      );
      const batches = counter.list(
        count,
        (i): BatchSeen => ({
          ...{ commitmentId: `${i}`, operatorId: BigInt(i), fresh: [1, 2], provable: [3] },
          ...{ foreign: [4], duplicate: [5], waiting: 3, dueFrom: 900 },
        }),
      );
      const overdue = counter.list(
        count,
        (i): OverdueSeen => ({
          ...{ commitmentId: `${i}`, operatorId: BigInt(i), root: `0x${i}`, gindex: 8n, isLost: i % 2 === 0 },
        }),
      );
      const draw = {
        ...{ isOpen: false, isSeedKnown: false, isLapsed: false, mayOpenFrom: 0 },
        ...{ seedFrom: 0, seedUntil: 0 },
      };
      planDeposits({
        ...{ time: 1_000, freeEth: 10n ** 9n, isPaused: false, draw, lotEth: 64n, capEth: 10n ** 6n },
        ...{ promisedEth: 0n, weightLife: 100, allotmentLife: 800, predepositDeadline: 400 },
        ...{ operators, batches, overdue },
      });
    },
  ],
  [
    "what of a plan is still to be done",
    (counter, count) => {
      const steps = () => counter.list(count, (index) => ({ step: "settle", index, isPaid: true }));
      stillPlanned(steps(), steps());
    },
  ],
];

describe("keepers: plans over many validators", () => {
  for (const [name, plan] of PLANS) {
    it(`take twice the work for twice as many: ${name}`, () => {
      const [once, twice] = [500, 1_000].map((count) => {
        const counter = new Counter();
        plan(counter, count);
        return counter.reads;
      }) as [number, number];
      expect(once, "fields read").to.be.at.least(500);
      expect(twice / once).to.be.at.most(2.3);
    });
  }
});
