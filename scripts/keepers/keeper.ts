import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { VoidSigner, ZeroAddress, type Signer } from "ethers";
import { signReport } from "../actions/signReport.ts";
import { ConfigurationError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { CONTRACT_NAMES, type Addresses } from "../lib/protocol.ts";
import { Records } from "../lib/records.ts";
import { DEFAULT_POLICIES, type FeePolicies } from "../lib/tx/fees.ts";
import { Journal } from "../lib/tx/journal.ts";
import { JournaledSigner } from "../lib/tx/journaledSigner.ts";
import { TxManager } from "../lib/tx/manager.ts";
import type { Urgency } from "../lib/tx/types.ts";
import { MACHINE_CLOCK, type KeeperClock } from "./clock.ts";
import { gatherFacts } from "./facts.ts";
import { feePolicies } from "./feeSettings.ts";
import { DisagreementCounter, setChainGauges, setJournalGauges } from "./gauges.ts";
import { FiguresFolder } from "./jobs/figuresFile.ts";
import { jobsOf } from "./jobs.ts";
import { jobSources } from "./jobSources.ts";
import { chainTime, connectNodes, sourceNames } from "./nodes.ts";
import { publishReports } from "./report/exchange.ts";
import type { Gathered } from "./report/plan.ts";
import type { Kept } from "./record/cycle.ts";
import { Recorder } from "./record/recorder.ts";
import { RecordFolder } from "./record/recordFolder.ts";
import { SignedReports } from "./report/signedReports.ts";
import { Runner, type CycleResult } from "./runner.ts";
import { LOCAL_CHAIN_ID, type KeeperJob, type KeeperSettings } from "./settings.ts";
import { accountSigner, memberSigner } from "./signers.ts";
import { SigningState } from "./signingState.ts";
import { Health } from "./watch/health.ts";
import { Metrics } from "./watch/metrics.ts";
import { serveWatch } from "./watch/server.ts";
import { alertsOf, JOB_SECONDS, limitsOf, STALL_SECONDS } from "./watching.ts";

/** A keeper that is ready to run. */
export interface Keeper {
  /** Where health and metrics are. */
  healthUrl: string;
  /** Where other keepers ask for what its member signed. */
  reportUrl: string;
  /** Runs until the signal is given, and brings to its end what runs then. */
  run(signal: AbortSignal): Promise<void>;
  /** Each job once. */
  once(): Promise<CycleResult[]>;
  close(): Promise<void>;
}

/** How long a cycle waits for a block: the job goes on in the next one. */
const PATIENCE_MS = 120_000;
const WATCH_SECONDS = 30;

/**
 * Puts a keeper together from its settings: nodes, contracts, account, journal, jobs, and what watches them.
 *
 * @throws ConfigurationError where a setting is wrong; FatalError where a node is of another network
 */
export async function startKeeper(
  settings: KeeperSettings,
  log: Logger,
  time: KeeperClock = MACHINE_CLOCK,
): Promise<Keeper> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const each of closing.reverse().splice(0)) await each();
  };
  try {
    return await compose(settings, log, { time, closing, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function compose(
  given: KeeperSettings,
  log: Logger,
  { time, closing, close }: { time: KeeperClock; closing: (() => unknown)[]; close: () => Promise<void> },
): Promise<Keeper> {
  const account = await accountSigner(given);
  const isDry = given.dryRun || account === undefined;
  const settings = { ...given, dryRun: isDry };
  const { chainId, stateFolder } = settings;
  const records = new Records(settings.deployments);
  const deployed = { addresses: recordedAddresses(records, settings), firstBlock: records.firstBlock() };
  const member = await memberSigner(settings);
  const clock = () => time.now() / 1_000;
  const health = new Health({ jobs: settings.jobs, limits: limitsOf(settings), dryRun: isDry, clock });
  // what takes long is made of answers and of looks at transactions: a loop that hangs has neither
  const progress = () => health.tick();
  const reach = { now: () => time.now(), sleep: (ms: number) => time.wait(ms) };
  const nodes = await connectNodes(settings, log, { onAnswer: progress, ...reach });
  closing.push(() => nodes.close());
  const asked = jobSources(nodes, deployed);
  const { protocol } = asked.sources;

  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  // on a machine it keeps a time of its own, which does not jump
  const played = time === MACHINE_CLOCK ? {} : { clock: { now: () => time.now() } };
  const journal = Journal.open(join(stateFolder, "transactions.sqlite"), played);
  closing.push(() => journal.close());
  const signed = new SignedReports(join(stateFolder, "signed.sqlite"), await chainTime(nodes.beacon));
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
          sleep: (ms) => time.sleep(ms).then(progress),
        })
      : new VoidSigner(ZeroAddress, nodes.execution);

  const oracle = await protocol.ReportOracle.getAddress();
  const exchange = publishReports((refSlot) => signed.published(oracle, refSlot));
  closing.push(() => exchange.close());
  const reportUrl = await exchange.listen({ host: settings.reportHost, port: settings.reportPort });

  const metrics = new Metrics({
    keepers: settings.jobs,
    sources: sourceNames(nodes),
    staleSeconds: STALL_SECONDS,
    clock,
  });
  const signing = new SigningState(metrics, signed, member?.address);
  const memory = new Map<string, object>();
  const kept: Kept = {
    senderOf,
    member: member && {
      address: member.address,
      sign: async (report) =>
        (await signReport(protocol, member, { report, chainId: BigInt(chainId) })).signature,
    },
    signed,
    figuresFolder: new FiguresFolder(join(stateFolder, "figures")),
    remember: (name, make) => rememberedIn(memory, name, make),
    onGathered: (gathered) => showSignatures(metrics, gathered),
    onDispute: (dispute) => signing.note(dispute),
    onAnswer: progress,
  };
  const recorder =
    settings.recordFolder === undefined
      ? undefined
      : new Recorder({
          folder: new RecordFolder(settings.recordFolder, settings.recordCycles),
          ...{ settings, deployed, kept, log },
          account: account?.address,
          member: member?.address,
          dryRun: isDry,
          clock: () => time.now(),
          sleep: (ms) => time.wait(ms),
          onNodes: (ofCycle) => new DisagreementCounter().count(metrics, ofCycle.beacon.status),
        });
  closing.push(() => recorder?.close());
  const direct = jobsOf({ ...kept, ...asked, senderOf, settings });
  const jobs = recorder ? direct.map(({ name }) => recorder.job(name as KeeperJob)) : direct;

  const names = jobs.map(({ name }) => name);
  const watch = await serveWatch({
    health,
    metrics,
    log,
    host: settings.healthHost,
    port: settings.healthPort,
  });
  closing.push(() => watch.close());

  const succeeded = new Map<string, number>(names.map((name) => [name, clock()]));
  const onCycle = (result: CycleResult) => {
    recorder?.end(result);
    const { job, outcome } = result;
    const counted = { acted: "acted", idle: "idle", retry: "retryable", failed: "fatal" } as const;
    metrics.count("kedge_job_cycles_total", { keeper: job, outcome: counted[outcome] });
    if (outcome === "acted" || outcome === "idle") succeeded.set(job, clock());
    progress();
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
    progress();
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
        signing: signing.facts,
        now: isLocal ? undefined : clock,
      }),
    );
    await setChainGauges({ beacon: nodes.beacon, protocol, metrics, now, clock });
    disagreements.count(metrics, nodes.beacon.status);
  };
  const runner = new Runner({
    jobs,
    log,
    now,
    sleep: (seconds, signal) => time.sleep(seconds * 1_000, signal),
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
    once: () => runner.round(),
    close,
  };
}

function rememberedIn<T extends object>(memory: Map<string, object>, name: string, make: () => T): T {
  const known = memory.get(name) ?? make();
  memory.set(name, known);
  return known as T;
}

function showSignatures(metrics: Metrics, { equal, weight, totalWeight }: Gathered): void {
  metrics.set("kedge_committee_signatures", equal.length);
  if (totalWeight === 0n) return;
  metrics.set("kedge_committee_signed_weight_ratio", Number((weight * 10_000n) / totalWeight) / 10_000);
}

function recordedAddresses(records: Records, { deployments }: KeeperSettings): Addresses {
  const addresses = records.addresses();
  const missing = CONTRACT_NAMES.find((name) => addresses[name] === undefined);
  if (missing === undefined) return addresses as Addresses;
  throw new ConfigurationError({
    setting: "deployments",
    problem: `no whole deployment is recorded there: ${missing} is missing`,
    value: deployments,
    example: "deployments/hoodi",
  });
}

function policiesOf(settings: KeeperSettings): FeePolicies {
  const wanted = feePolicies(settings);
  const policy = (urgency: Urgency) => ({ ...DEFAULT_POLICIES[urgency], ...wanted[urgency] });
  return { idle: policy("idle"), normal: policy("normal"), urgent: policy("urgent") };
}
