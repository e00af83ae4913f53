import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { VoidSigner, ZeroAddress, type Signer } from "ethers";
import { signReport } from "../actions/signReport.ts";
import { ConfigurationError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { CONTRACT_NAMES, connectProtocol, type Addresses } from "../lib/protocol.ts";
import { Records } from "../lib/records.ts";
import { DEFAULT_POLICIES, type FeePolicies } from "../lib/tx/fees.ts";
import { Journal } from "../lib/tx/journal.ts";
import { TxManager } from "../lib/tx/manager.ts";
import type { Urgency } from "../lib/tx/types.ts";
import { gatherFacts } from "./facts.ts";
import { feePolicies } from "./feeSettings.ts";
import { DisagreementCounter, setChainGauges, setJournalGauges } from "./gauges.ts";
import { JournaledSigner } from "./journaledSigner.ts";
import { jobsOf } from "./jobs.ts";
import { connectNodes } from "./nodes.ts";
import { publishReports } from "./report/exchange.ts";
import type { Gathered } from "./report/plan.ts";
import { SignedReports } from "./report/signedReports.ts";
import { Runner, type CycleResult } from "./runner.ts";
import { LOCAL_CHAIN_ID, type KeeperJob, type KeeperSettings } from "./settings.ts";
import { accountSigner, memberSigner } from "./signers.ts";
import { Health } from "./watch/health.ts";
import { Metrics } from "./watch/metrics.ts";
import { SelfWatch } from "./watch/selfWatch.ts";
import { serveWatch } from "./watch/server.ts";
import { Webhook } from "./watch/webhook.ts";

/** A keeper that is ready to run. */
export interface Keeper {
  /** Where health and metrics are. */
  healthUrl: string;
  /** Where other keepers ask for what its member signed. */
  reportUrl: string;
  /** Runs until the signal is given, and brings to its end what runs then. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** How long a cycle waits for a block: the job goes on in the next one. */
const PATIENCE_MS = 120_000;
/** A loop without a sign of life for so many polls stands still; a cycle may wait for a block. */
const STALL_SECONDS = 600;
/** A job that has not gone through for so long is overdue. */
const JOB_SECONDS = 1_800;
const FINALITY_SECONDS = 3_600;
const WATCH_SECONDS = 30;
const REPEAT_SECONDS = 4 * 3_600;

/**
 * Puts a keeper together from its settings: nodes, contracts, account, journal, jobs, and what watches them.
 *
 * @throws ConfigurationError where a setting is wrong; FatalError where a node is of another network
 */
export async function startKeeper(settings: KeeperSettings, log: Logger): Promise<Keeper> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const each of closing.reverse().splice(0)) await each();
  };
  try {
    return await compose(settings, log, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function compose(
  settings: KeeperSettings,
  log: Logger,
  closing: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Keeper> {
  const { chainId, stateFolder } = settings;
  const addresses = recordedAddresses(settings.deployments);
  const nodes = await connectNodes(settings, log);
  closing.push(() => nodes.execution.destroy());
  const protocol = connectProtocol(addresses, nodes.execution);
  const account = await accountSigner(settings);
  const member = await memberSigner(settings);

  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const journal = Journal.open(join(stateFolder, "transactions.sqlite"));
  closing.push(() => journal.close());
  const signed = new SignedReports(join(stateFolder, "signed.sqlite"));
  closing.push(() => signed.close());

  const manager =
    account &&
    (await TxManager.resume({
      journal,
      signer: account,
      node: nodes.rpc,
      witnesses: nodes.witnesses,
      chainId: BigInt(chainId),
      dailyCapWei: settings.dailyCap,
      capPercent: { idle: settings.idleCapPercent, normal: settings.normalCapPercent, urgent: 100 },
      log,
      policies: policiesOf(settings),
      interfaces: CONTRACT_NAMES.map((name) => protocol[name].interface),
    }));
  const senderOf = (job: KeeperJob, urgency: Urgency): Signer =>
    account && manager
      ? new JournaledSigner({
          address: account.address,
          provider: nodes.execution,
          manager,
          journal,
          job,
          urgency,
          patienceMs: PATIENCE_MS,
          sleep: delay,
        })
      : new VoidSigner(ZeroAddress, nodes.execution);

  const oracle = await protocol.ReportOracle.getAddress();
  const exchange = publishReports((refSlot) => signed.published(oracle, refSlot));
  closing.push(() => exchange.close());
  const reportUrl = await exchange.listen({ host: settings.reportHost, port: settings.reportPort });

  const clock = () => Date.now() / 1_000;
  const metrics = new Metrics({
    keepers: settings.jobs,
    sources: [...new Set([...nodes.beacon.status, ...nodes.execution.status].map(({ name }) => name))],
    staleSeconds: STALL_SECONDS,
    clock,
  });
  const jobs = jobsOf({
    settings,
    sources: { beacon: nodes.beacon, provider: nodes.execution, protocol },
    senderOf,
    member: member && {
      address: member.address,
      sign: async (report) =>
        (await signReport(protocol, member, { report, chainId: BigInt(chainId) })).signature,
    },
    signed,
    onGathered: (gathered) => showSignatures(metrics, gathered),
  });

  const names = jobs.map(({ name }) => name);
  const health = new Health({ jobs: names, limits: limitsOf(settings), clock });
  const watch = await serveWatch({
    health,
    metrics,
    log,
    host: settings.healthHost,
    port: settings.healthPort,
  });
  closing.push(() => watch.close());

  const succeeded = new Map<string, number>(names.map((name) => [name, clock()]));
  const onCycle = ({ job, outcome }: CycleResult) => {
    const counted = { acted: "acted", idle: "idle", retry: "retryable", failed: "fatal" } as const;
    metrics.count("kedge_job_cycles_total", { keeper: job, outcome: counted[outcome] });
    if (outcome === "acted" || outcome === "idle") succeeded.set(job, clock());
    health.tick();
  };
  // the local chain's time is its own
  const isLocal = chainId === LOCAL_CHAIN_ID;
  let chainNow = 0;
  const now = () => (isLocal ? chainNow : Math.floor(clock()));
  const disagreements = new DisagreementCounter();
  const look = async () => {
    for (const [job, lastSuccessAt] of succeeded) {
      health.tellJob(job, { lastSuccessAt, dueAt: lastSuccessAt + JOB_SECONDS });
    }
    health.tick();
    setJournalGauges(metrics, journal, clock);
    if (isLocal) chainNow = (await nodes.execution.getBlock("latest"))?.timestamp ?? chainNow;
    health.tell(
      await gatherFacts({
        nodes,
        protocol,
        journal,
        account: account?.address,
        member: member?.address,
        required: settings.clQuorum,
        now: isLocal ? undefined : clock,
      }),
    );
    await setChainGauges({ beacon: nodes.beacon, protocol, metrics, now, clock });
    disagreements.count(metrics, nodes.beacon.status);
  };
  const isDry = settings.dryRun || manager === undefined;
  const runner = new Runner({
    jobs,
    log,
    now,
    sleep: async (seconds, signal) => {
      await delay(seconds * 1_000, undefined, { signal }).catch(() => undefined);
    },
    pollSeconds: settings.pollSeconds,
    onCycle,
    beforeRound: look,
    // what was begun before is not sent either, where nothing is to be sent
    betweenRounds: async () => (isDry ? undefined : manager?.tick()),
    dryRun: isDry,
  });
  const alerts = alertsOf(settings, { health, metrics, log, clock });
  return {
    healthUrl: watch.url,
    reportUrl,
    async run(signal) {
      const timer = setInterval(() => void alerts?.round().catch(() => undefined), WATCH_SECONDS * 1_000);
      try {
        await runner.run(signal);
      } finally {
        clearInterval(timer);
      }
    },
    close,
  };
}

function showSignatures(metrics: Metrics, { equal, weight, totalWeight }: Gathered): void {
  metrics.set("kedge_committee_signatures", equal.length);
  if (totalWeight === 0n) return;
  metrics.set("kedge_committee_signed_weight_ratio", Number((weight * 10_000n) / totalWeight) / 10_000);
}

function recordedAddresses(folder: string): Addresses {
  const addresses = new Records(folder).addresses();
  const missing = CONTRACT_NAMES.find((name) => addresses[name] === undefined);
  if (missing === undefined) return addresses as Addresses;
  throw new ConfigurationError({
    setting: "deployments",
    problem: `no whole deployment is recorded there: ${missing} is missing`,
    value: folder,
    example: "deployments/hoodi",
  });
}

function policiesOf(settings: KeeperSettings): FeePolicies {
  const wanted = feePolicies(settings);
  const policy = (urgency: Urgency) => ({ ...DEFAULT_POLICIES[urgency], ...wanted[urgency] });
  return { idle: policy("idle"), normal: policy("normal"), urgent: policy("urgent") };
}

function limitsOf(settings: KeeperSettings) {
  return {
    stallSeconds: STALL_SECONDS,
    staleSeconds: STALL_SECONDS,
    finalityAgeSeconds: settings.chainId === LOCAL_CHAIN_ID ? Number.MAX_SAFE_INTEGER : FINALITY_SECONDS,
    minBalanceWei: settings.minBalance,
    clockSkewSeconds: settings.clockToleranceSeconds,
    jobGraceSeconds: 0,
  };
}

function alertsOf(
  { webhookUrl }: KeeperSettings,
  parts: { health: Health; metrics: Metrics; log: Logger; clock: () => number },
): SelfWatch | undefined {
  if (webhookUrl === undefined) return undefined;
  const url = webhookUrl.reveal();
  const webhook = new Webhook({ ...parts, url, setting: "webhookUrl", repeatSeconds: REPEAT_SECONDS });
  return new SelfWatch({ ...parts, webhook });
}
