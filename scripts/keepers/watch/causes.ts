/**
 * Why a keeper is not ready: each cause with an id, a sentence, and what to do about it. `/readyz`,
 * `/status.json` and the metrics speak of the same causes in the same words.
 */
import { formatEther } from "../../lib/units.ts";

/** A relay is where transactions are sent, and nothing is asked. */
export const LAYERS = ["beacon", "execution", "relay"] as const;
export type Layer = (typeof LAYERS)[number];

export interface SourceState {
  layer: Layer;
  /** Host and port, never the whole URL: that may hold a key. */
  source: string;
  healthy: boolean;
  /** Time of the newest block it knows, seconds since 1970. */
  headAt?: number;
}

/** What the runner finds out and tells. */
export interface Facts {
  /** Every node it asks. */
  sources: SourceState[];
  /** Beacon nodes that tell the same, and how many must. */
  quorum: { agreeing: number; required: number };
  /** Time of the finalised block, seconds since 1970. */
  finalizedAt: number;
  /** Names of roles that this keeper needs and its account has not. */
  missingRoles: string[];
  /** Of the keeper's account. */
  balanceWei: bigint;
  /** Whether the journal takes another row, and what it said if not. */
  journal: { writable: boolean; problem?: string };
  /** This machine's clock against the nodes' time; positive where it is ahead. */
  clockSkewSeconds: number;
  /** What keeps the member's key from signing the report that is due. */
  signing: {
    /** Execution nodes tell different reports: the field, and what it is to whom. */
    dispute?: string;
    /** The key is stopped, and why. */
    stopped?: string;
  };
}

export interface JobTimes {
  /** Seconds since 1970. */
  lastSuccessAt?: number;
  /** When it must have succeeded next (seconds since 1970): only a success moves it on. Without it nothing is due. */
  dueAt?: number;
}

export interface HealthLimits {
  /** A loop without a tick for longer stands still. Several polls. */
  stallSeconds: number;
  /** A fact that was not told for longer is not known any more. */
  staleSeconds: number;
  finalityAgeSeconds: number;
  minBalanceWei: bigint;
  clockSkewSeconds: number;
  /** So much later than due a job is overdue. */
  jobGraceSeconds: number;
}

/** What causes are found from: facts that are too old are left out of `facts`, and named in `unknown`. */
export interface Known {
  facts: Partial<Facts>;
  unknown: readonly string[];
  jobs: ReadonlyMap<string, JobTimes>;
  tickAgeSeconds: number;
  /** It shows what it would do, and sends nothing. */
  dryRun: boolean;
  limits: HealthLimits;
  /** Seconds since 1970. */
  now: number;
}

export interface Cause {
  sentence: string;
  fix: string;
  /** The figures where it holds, nothing where it does not. */
  find(known: Known): string | undefined;
}

const where = (holds: boolean | undefined, detail: () => string) => (holds ? detail() : undefined);
const seconds = (time: number) => `${Math.round(time)} s`;

export const CAUSES = {
  "loop-stalled": {
    sentence: "The keeper's loop stands still.",
    fix: "Look at the last lines of the log, then restart the keeper: its journal continues where it stopped.",
    find: ({ tickAgeSeconds, limits }) =>
      where(
        tickAgeSeconds > limits.stallSeconds,
        () => `last tick ${seconds(tickAgeSeconds)} ago, more than ${seconds(limits.stallSeconds)}`,
      ),
  },
  "dry-run": {
    sentence: "The keeper shows what it would do, and sends nothing.",
    fix: "Where it is meant to act, set `dryRun` to false, and a key for the account that sends.",
    find: ({ dryRun }) => where(dryRun, () => "dryRun is true, or no key is set"),
  },
  "facts-missing": {
    sentence: "Something that readiness depends on is not known, or was not looked at lately.",
    fix: "Just after a start, wait for the first cycle. Later, look in the log for what fails to be read.",
    find: ({ unknown }) => where(unknown.length > 0, () => unknown.join(", ")),
  },
  "beacon-quorum": {
    sentence: "Too few beacon nodes tell the same.",
    fix: "See in /status.json which are down or differ; restart or replace them. No report is signed meanwhile.",
    find: ({ facts: { quorum } }) =>
      where(
        quorum && quorum.agreeing < quorum.required,
        () => `${quorum!.agreeing} agree, ${quorum!.required} must`,
      ),
  },
  "execution-down": {
    sentence: "No execution node can be used.",
    fix: "Restart an execution node, or add another to the setting of execution URLs.",
    find: ({ facts: { sources } }) => {
      const nodes = sources?.filter(({ layer }) => layer === "execution");
      return where(nodes && !nodes.some(({ healthy }) => healthy), () =>
        nodes!.length === 0 ? "none is set" : nodes!.map(({ source }) => source).join(", "),
      );
    },
  },
  "reports-differ": {
    sentence: "Execution nodes tell different reports: none is signed.",
    fix: "Find out which of the two is wrong, with an explorer or another member, and take it out of `elUrls`.",
    find: ({ facts: { signing } }) => signing?.dispute,
  },
  "key-elsewhere": {
    sentence: "The member's key signed a report that is not in this keeper's record: it signs no more here.",
    fix: "Stop whatever else has the key; when it is used nowhere else, `kedge report resume`.",
    find: ({ facts: { signing } }) => signing?.stopped,
  },
  "finality-old": {
    sentence: "The beacon chain has not finalised for too long.",
    fix: "Compare with another explorer: if the network finalises, the beacon nodes are behind; if not, wait.",
    find: ({ facts: { finalizedAt }, limits, now }) =>
      where(
        finalizedAt !== undefined && now - finalizedAt > limits.finalityAgeSeconds,
        () => `finalised ${seconds(now - finalizedAt!)} ago, more than ${seconds(limits.finalityAgeSeconds)}`,
      ),
  },
  "role-missing": {
    sentence: "The keeper's account lacks a role or a seat that its jobs need.",
    fix: "Check with `kedge doctor` which account is meant to have it; governance or the committee's owner gives it.",
    find: ({ facts: { missingRoles } }) =>
      where(missingRoles && missingRoles.length > 0, () => missingRoles!.join(", ")),
  },
  "balance-low": {
    sentence: "The keeper's account has too little ether for gas.",
    fix: "Send ether to the keeper's account; `kedge doctor` names it.",
    find: ({ facts: { balanceWei }, limits }) =>
      where(
        balanceWei !== undefined && balanceWei < limits.minBalanceWei,
        () => `${formatEther(balanceWei!)} ETH, less than ${formatEther(limits.minBalanceWei)} ETH`,
      ),
  },
  "journal-unwritable": {
    sentence: "The journal of transactions cannot be written.",
    fix: "Free space on its disk, check the owner of the state folder, and that no second keeper uses it.",
    find: ({ facts: { journal } }) =>
      where(journal?.writable === false, () => journal?.problem ?? "no reason given"),
  },
  "clock-off": {
    sentence: "This machine's clock is wrong.",
    fix: "Start the machine's time synchronisation (chrony or systemd-timesyncd) and check it.",
    find: ({ facts: { clockSkewSeconds }, limits }) =>
      where(
        clockSkewSeconds !== undefined && Math.abs(clockSkewSeconds) > limits.clockSkewSeconds,
        () => `off by ${seconds(clockSkewSeconds!)}, more than ${seconds(limits.clockSkewSeconds)}`,
      ),
  },
  "job-overdue": {
    sentence: "A job has not succeeded by the time it had to.",
    fix: "Look in the log for the job's last cycles, and in `kedge tx list` for what it sent.",
    find: ({ jobs, limits, now }) => {
      const late = [...jobs].flatMap(([job, { dueAt }]) =>
        dueAt !== undefined && now - dueAt > limits.jobGraceSeconds
          ? [`${job} was due ${seconds(now - dueAt)} ago`]
          : [],
      );
      return where(late.length > 0, () => late.join(", "));
    },
  },
} as const satisfies Record<string, Cause>;

export type CauseId = keyof typeof CAUSES;

export const CAUSE_IDS = Object.keys(CAUSES) as CauseId[];
