import { expect } from "chai";
import { Wallet } from "ethers";
import type { Cycle, Job } from "../../scripts/keepers/job.ts";
import { ExitJob } from "../../scripts/keepers/jobs/exit.ts";
import { FinaliseJob } from "../../scripts/keepers/jobs/finalise.ts";
import { CheckpointJob } from "../../scripts/keepers/jobs/checkpoint.ts";
import { DepositJob } from "../../scripts/keepers/jobs/deposit.ts";
import type { DepositsSeen } from "../../scripts/keepers/jobs/depositPlan.ts";
import { GovernJob, type GovernStep } from "../../scripts/keepers/jobs/govern.ts";
import { PerformanceJob, type FiguresSeen } from "../../scripts/keepers/jobs/performance.ts";
import { SlashingJob } from "../../scripts/keepers/jobs/slashing.ts";
import type { SlashingSeen } from "../../scripts/keepers/jobs/slashingPlan.ts";
import { NOTE_LIFE_SECONDS } from "../../scripts/actions/planExits.ts";
import { jobsOf, type JobParts } from "../../scripts/keepers/jobs.ts";
import { KEEPER_JOBS, KEEPER_SETTINGS } from "../../scripts/keepers/settings.ts";
import { roundOf, secondsLeft, TakingTurns } from "../../scripts/keepers/turns.ts";
import { createLogger } from "../../scripts/lib/logger.ts";
import { InvalidSettings } from "../../scripts/lib/settings/problems.ts";
import { resolveSettings } from "../../scripts/lib/settings/resolve.ts";

const KEYS = Array.from({ length: 5 }, (_, i) => `0x${String(i + 1).repeat(40)}`);
const TURN = 60;
const log = createLogger({ level: "silent" });
const at = (now: number): Cycle => ({ id: "cycle", now, log });
const none = undefined as never;

describe("keepers: turns", () => {
  const rounds = KEYS.map((key) => roundOf(KEYS, key, TURN)!);
  const whoseAt = (now: number) => rounds.flatMap((round, i) => (secondsLeft(round, now) > 0 ? [i] : []));

  it("are one keeper's at a time, and go round with a pause at the beginning of each", () => {
    for (let now = 0; now < 2 * TURN * KEYS.length; now++) {
      const whose = Math.floor(now / TURN) % KEYS.length;
      expect(whoseAt(now), `${now} s`).to.deep.equal(now % TURN < 15 ? [] : [whose]);
    }
    expect([15, 59].map((now) => secondsLeft(rounds[0], now))).to.deep.equal([45, 1]);
  });

  it("know a key however it is written, and give who is not of the committee a member's", () => {
    const { address } = Wallet.createRandom();
    const seated = [...KEYS, address];
    expect(roundOf(seated, address.toLowerCase(), TURN)).to.deep.equal({
      turnSeconds: TURN,
      place: 5,
      places: 6,
    });
    const places = Array.from({ length: 10 }, (_, i) => roundOf(KEYS, `0x${i.toString(16)}`, TURN)!.place);
    expect(places).to.deep.equal([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  });

  it("are at any time where there is no committee", () => {
    expect(roundOf([], KEYS[0]!, TURN)).to.equal(undefined);
    expect(secondsLeft(undefined, 3)).to.equal(Infinity);
  });

  describe("of a job", () => {
    let looks: number;
    const job: Job<number, number[]> = {
      name: "job",
      observe: async () => 9,
      plan: (seen, now) => (now === 0 ? undefined : Array.from({ length: seen }, (_, i) => i)),
      pressing: (steps, seen) => steps.filter((step) => step === seen - 1),
      act: async (steps) => `took ${steps.join()}`,
    };
    const inTurn = (inner: Job<number, number[]>) =>
      new TakingTurns(inner, {
        turnSeconds: TURN,
        keys: async () => (looks++, KEYS),
        address: async () => KEYS[1]!,
      });
    const planned = async (inner: Job<number, number[]>, now: number) => {
      const turned = inTurn(inner);
      return turned.plan(await turned.observe(at(now)), now);
    };
    beforeEach(() => {
      looks = 0;
    });

    it("let it act in its own, as far as there is time for blocks", async () => {
      expect(await planned(job, 75)).to.deep.equal([0, 1, 2]);
      expect(await planned(job, 100)).to.deep.equal([0]);
      expect(await planned(job, 119)).to.deep.equal([0]);
      expect(await inTurn(job).act([4, 5], at(75))).to.equal("took 4,5");
    });

    it("let it do in others' what cannot wait, and nothing else", async () => {
      expect(await planned(job, 74)).to.deep.equal([8]);
      expect(await planned(job, 120)).to.deep.equal([8]);
      const patient = { ...job, pressing: () => undefined };
      expect(await planned(patient, 120)).to.equal(undefined);
      expect(await planned(patient, 75)).to.have.length(3);
    });

    it("leave a plan of one piece whole", async () => {
      const single = new TakingTurns<number, string>(
        { name: "one", observe: async () => 1, plan: () => "all of it", act: async () => "" },
        { turnSeconds: TURN, keys: async () => KEYS, address: async () => KEYS[0]! },
      );
      expect(single.plan(await single.observe(at(59)), 59)).to.equal("all of it");
      expect(single.plan(await single.observe(at(60)), 60)).to.equal(undefined);
    });

    it("are not looked up while there is nothing to do", async () => {
      expect(await planned(job, 0)).to.equal(undefined);
      expect(looks).to.equal(0);
      await planned(job, 75);
      expect(looks).to.equal(1);
    });
  });

  describe("do not hold up what has little time left", () => {
    const deadline = { from: 0, until: 1_000 };
    /** What is not waited with after 500 and after 900 of 1,000 seconds. */
    const cases: Record<string, (now: number) => unknown> = {
      finalise: (now) => {
        const plan = { amountWei: 1n, paidFromWei: 0n, deadline };
        return new FinaliseJob({ protocol: none, sender: none }).pressing(plan, plan, now);
      },
      exit: (now) => {
        const noteAge = (now / 1_000) * NOTE_LIFE_SECONDS;
        const seen = { noteAge } as Parameters<ExitJob["pressing"]>[1];
        return new ExitJob(none, none).pressing({ kind: "note" }, seen, 1_700_000_000);
      },
      checkpoint: (now) => {
        const seen = { checkpoints: [{ id: 1n, time: 0 }], frameSeconds: 500 };
        return new CheckpointJob(none, none).pressing({ step: "prove", id: 1n }, seen as never, now);
      },
      govern: (now) => {
        const steps: GovernStep[] = [
          { step: "queue", proposalId: 1n },
          { step: "observe", deadline },
        ];
        return new GovernJob({} as never, none).pressing(steps, none, now);
      },
      performance: (now) => {
        const seen = { stands: deadline } as FiguresSeen;
        const steps = (["judge", "pull"] as const).map((step) => ({ step, operatorId: 1n }));
        return new PerformanceJob(none, none, none).pressing(steps, seen, now);
      },
      slashing: (now) => {
        const seen = { genesisTime: 0, secondsPerSlot: 1_000 / 8_191 } as SlashingSeen;
        const step = { step: "slashed", index: 1, pubkey: "", lastSlot: 0 } as const;
        return new SlashingJob(none, none).pressing([step], seen, now);
      },
      deposit: (now) => {
        const seen = { draw: { seedFrom: 0, seedUntil: 1_000 } } as DepositsSeen;
        return new DepositJob(none, none).pressing([{ step: "settle" }, { step: "open" }], seen, now);
      },
    };
    for (const [job, pressing] of Object.entries(cases)) {
      it(job, () => {
        expect(pressing(500), "half of its time").to.equal(undefined);
        const late = [pressing(900)].flat();
        expect(late, "a tenth").to.have.length(1);
        expect(late[0]).not.to.equal(undefined);
      });
    }

    it("nor the file that each keeper publishes", () => {
      const steps = [{ step: "publish", refSlot: 32 } as const, { step: "pull", operatorId: 1n } as const];
      const seen = { stands: deadline } as FiguresSeen;
      expect(new PerformanceJob(none, none, none).pressing(steps, seen, 0)).to.deep.equal([steps[0]]);
    });
  });

  it("are taken by all jobs but reports, unless nothing is sent or nobody waits", () => {
    const inTurns = (settings: object) => {
      const sources = { protocol: {}, provider: {} };
      const parts = { settings: { jobs: KEEPER_JOBS, peerUrls: [], ...settings }, sources, witnesses: [] };
      const senderOf = () => ({});
      const remember = (_: string, make: () => object) => make();
      const jobs = jobsOf({ ...parts, senderOf, remember } as unknown as JobParts);
      expect(jobs.map(({ name }) => name)).to.have.members([...KEEPER_JOBS]);
      return jobs.filter((job) => job instanceof TakingTurns).map(({ name }) => name);
    };
    const others = KEEPER_JOBS.filter((name) => name !== "report");
    expect(inTurns({ turnSeconds: 60, dryRun: false })).to.have.members(others);
    expect(inTurns({ turnSeconds: 0, dryRun: false })).to.deep.equal([]);
    expect(inTurns({ turnSeconds: 60, dryRun: true })).to.deep.equal([]);
  });

  it("last as long as settings say, long enough to be seen", () => {
    const turnOf = (env: Record<string, string>) => {
      const table = {
        chainId: KEEPER_SETTINGS.chainId,
        pollSeconds: KEEPER_SETTINGS.pollSeconds,
        turnSeconds: KEEPER_SETTINGS.turnSeconds,
      };
      return resolveSettings(table, { env }).values.turnSeconds;
    };
    const hoodi = { KEDGE_CHAIN_ID: "560048" };
    expect(turnOf({ KEDGE_CHAIN_ID: "31337" })).to.equal(0);
    expect(turnOf({ ...hoodi })).to.equal(60);
    expect(turnOf({ ...hoodi, KEDGE_POLL_SECONDS: "30" })).to.equal(150);
    expect(turnOf({ ...hoodi, KEDGE_POLL_SECONDS: "60", KEDGE_TURN_SECONDS: "80" })).to.equal(80);
    expect(() => turnOf({ ...hoodi, KEDGE_POLL_SECONDS: "60", KEDGE_TURN_SECONDS: "79" })).to.throw(
      InvalidSettings,
      /KEDGE_TURN_SECONDS.*more than the 60 s of pollSeconds.*79/,
    );
  });
});
