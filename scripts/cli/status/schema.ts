import { z } from "zod";
import { STANDINGS } from "../../actions/operatorStanding.ts";

/// What `kedge status --json` prints. Amounts are decimal text, as they do not fit a number.

const wei = (about: string) =>
  z
    .string()
    .regex(/^[0-9]+$/)
    .describe(`${about}, in wei`);
const shares = (about: string) =>
  z
    .string()
    .regex(/^[0-9]+$/)
    .describe(`${about}, 18 decimals`);
const whole = (about: string) =>
  z
    .string()
    .regex(/^[0-9]+$/)
    .describe(about);
const time = (about: string) => z.number().int().describe(`${about}, seconds since 1970`);
const bytes = (length: number, about: string) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * length}}$`))
    .describe(about);
const pause = (what: string) =>
  z.strictObject({
    isPaused: z.boolean().describe(`whether ${what} are paused`),
    until: time("end of the last pause, or 0"),
  });

const block = z.strictObject({
  number: z.number().int().describe("all is as of this block"),
  hash: bytes(32, "its hash"),
  time: time("its time"),
});

const pool = z.strictObject({
  totalWei: wei("ether that all shares stand for"),
  shares: shares("all shares"),
  rate: shares("ether of one share"),
  undrippedWei: wei("gains that are booked and have not dripped yet"),
  dripEndsAt: time("when they have"),
  bufferWei: wei("ether that is not deposited"),
  vaultsWei: wei("ether in the vaults, for the next report to collect"),
});

const queue = z.strictObject({
  lastTicketId: whole("id of the last ticket"),
  openTickets: z.number().int().describe("tickets that are not finalised"),
  askedShares: shares("shares of these"),
  askedWei: wei("what these are worth now"),
  finalisedWei: wei("all ether ever set aside for tickets"),
  unclaimedWei: wei("ether of the queue, for whoever claims it"),
  namedTicketId: whole("the ticket that the last report named: up to it anyone finalises"),
  cooldownSeconds: z.number().int().describe("cooldown of new requests"),
  isPaused: z.boolean().describe("whether finalisations are paused"),
  pausedUntil: time("end of the last pause, or 0"),
  isHeld: z.boolean().describe("whether a known loss holds them"),
  heldUntil: time("end of the last hold, or 0"),
  isSuspended: z.boolean().describe("whether a parked report stops them"),
});

const frame = z.strictObject({
  next: z.strictObject({
    frame: whole("the next frame boundary"),
    refSlot: whole("its slot"),
    at: time("its time"),
    secondsLeft: z.number().int().describe("seconds until then, from the block's time on"),
  }),
  lastReport: z.strictObject({
    frame: whole("frame boundary of the last report that was booked"),
    refSlot: whole("its slot"),
    bookedAt: time("when it was booked"),
  }),
  parked: z
    .strictObject({ refSlot: whole("its slot"), reportHash: bytes(32, "its hash") })
    .nullable()
    .describe("the report that is parked"),
});

const committee = z.strictObject({
  frame: whole("the frame boundary as of which weights count"),
  members: z.array(
    z.strictObject({
      memberId: whole("a member"),
      key: bytes(20, "its key"),
      weight: whole("its weight"),
      hasSigned: z.boolean().describe("whether it signed what was submitted for that boundary"),
    }),
  ),
  totalWeight: whole("weight of all"),
  signedWeight: whole("weight of those who signed"),
  submitter: bytes(20, "who submitted the report of that boundary").nullable(),
});

const operators = z.strictObject({
  count: whole("how many there are"),
  stakeEth: whole("stake of all, in ETH"),
  operators: z.array(
    z.strictObject({
      operatorId: whole("an operator"),
      standing: z.enum(STANDINGS).describe("how it stands"),
      stakeEth: whole("its stake, in ETH"),
    }),
  ),
});

const brake = z.strictObject({
  inflowIsArmed: z.boolean().describe("whether guardians may stop stakes and predeposits"),
  finalisationIsArmed: z.boolean().describe("whether guardians may stop finalisations"),
  staking: pause("stakes"),
  deposits: pause("deposits"),
  finalisation: pause("finalisations"),
});

const governance = z.strictObject({
  open: z.array(
    z.strictObject({
      proposalId: whole("a proposal that is not at its end"),
      state: z.string().describe("pending, active, succeeded or queued"),
      title: z.string().describe("the first line of its text, as its proposer wrote it"),
      voteEnd: time("end of its vote"),
      votes: z.strictObject({
        for: shares("votes for it"),
        against: shares("votes against it"),
        abstain: shares("votes that abstain"),
      }),
    }),
  ),
});

export const keeperSchema = z.object({
  ready: z.boolean().describe("whether it can do its work"),
  causes: z.array(
    z.object({
      id: z.string().describe("why not, as runbooks call it"),
      detail: z.string().describe("what it saw"),
    }),
  ),
  jobs: z
    .record(
      z.string(),
      z.object({
        lastSuccessAt: z.number().optional().describe("when the job succeeded last, seconds since 1970"),
        dueAt: z.number().optional().describe("when it has to, seconds since 1970"),
      }),
    )
    .describe("by name"),
});

export type KeeperStatus = z.infer<typeof keeperSchema>;

export const statusSchema = z.strictObject({
  block,
  pool,
  queue,
  frame,
  committee,
  operators,
  brake,
  governance,
  keeper: z
    .union([keeperSchema, z.strictObject({ problem: z.string().describe("why it did not answer") })])
    .optional()
    .describe("with --keeper alone"),
});
