import { explain } from "../../lib/errors.ts";
import type { Logger } from "../../lib/logger.ts";
import { Secret } from "../../lib/secret.ts";
import { textsToHide } from "../../lib/settings/print.ts";
import type { AnyJob, Cycle } from "../job.ts";
import type { Deployed } from "../jobSources.ts";
import type { Nodes } from "../nodes.ts";
import type { CycleResult } from "../runner.ts";
import type { KEEPER_SETTINGS, KeeperJob, KeeperSettings } from "../settings.ts";
import { TapedJob, type Kept } from "./cycle.ts";
import type { Head } from "./events.ts";
import { Places, withoutKeys } from "./places.ts";
import type { RecordFolder } from "./recordFolder.ts";
import { RecordingTape, type RecordingOptions } from "./recordingTape.ts";
import { toWire } from "./wire.ts";

export interface RecorderOptions extends Pick<RecordingOptions, "clock" | "fetch" | "sleep"> {
  folder: RecordFolder;
  settings: KeeperSettings;
  deployed: Deployed;
  account: string | undefined;
  member: string | undefined;
  dryRun: boolean;
  kept: Kept;
  log: Logger;
  /** Told of each cycle's own nodes at its end. */
  onNodes: (nodes: Nodes) => void;
}

interface Running {
  job: TapedJob;
  tape: RecordingTape;
  head: Head;
}

/** A shorter text is everywhere, and no secret. */
const SECRET_LENGTH = 6;

/**
 * Records cycles, each whole: it has nodes of its own, of which nothing is known from the cycles before. What jobs remember
 * is an input like any other.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #places: Places;
  readonly #secrets: Buffer[];
  readonly #running = new Map<string, Running>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#places = new Places(options.settings);
    this.#secrets = secretsOf(options.settings);
  }

  /** The job by that name, with each of its cycles on a tape. */
  job(name: KeeperJob): AnyJob {
    const now = () => {
      const running = this.#running.get(name);
      if (running === undefined) throw new Error(`no cycle of ${name} runs`);
      return running.job;
    };
    return {
      name,
      observe: (cycle) => this.#begin(name, cycle).observe(cycle),
      plan: (seen, at) => now().plan(seen, at),
      act: (plan, cycle) => now().act(plan, cycle),
    };
  }

  /** A cycle has ended: it is written down while others run. One that the recorder was closed under is not. */
  end(result: CycleResult): void {
    const running = this.#running.get(result.job);
    if (running === undefined) return;
    this.#running.delete(result.job);
    this.#writing = this.#writing.then(() => this.#write(running, result));
  }

  /** Waits for what is being written. What still runs loses its nodes. */
  async close(): Promise<void> {
    for (const { job } of this.#running.values()) job.close();
    this.#running.clear();
    await this.#writing;
  }

  #begin(name: KeeperJob, cycle: Cycle): TapedJob {
    const { folder, settings, deployed, account, member, dryRun, kept, clock, sleep } = this.#options;
    const tape = new RecordingTape({
      places: this.#places,
      bodies: folder.bodies,
      hide: (bytes) => this.#hide(bytes),
      clock,
      sleep,
      ...(this.#options.fetch ? { fetch: this.#options.fetch } : {}),
    });
    const head: Head = {
      record: 1,
      job: name,
      cycle: cycle.id,
      now: cycle.now,
      clock: tape.now(),
      dryRun,
      ...(account === undefined ? {} : { account }),
      ...(member === undefined ? {} : { member }),
      ...deployed,
      settings: toWire(withoutSecrets(withoutKeys(settings))),
    };
    const job = new TapedJob({ settings, deployed, job: name, tape, log: cycle.log, kept });
    this.#running.set(name, { job, tape, head });
    return job;
  }

  async #write({ job, tape, head }: Running, { outcome, text }: CycleResult): Promise<void> {
    const { folder, log, onNodes } = this.#options;
    try {
      await tape.settle();
      job.end({ outcome, text });
      const { lines, stored } = tape.close();
      const all = [this.#hidden(JSON.stringify(head)), ...lines];
      const entry = { job: head.job, cycle: head.cycle, now: head.now, outcome, text: this.#hidden(text) };
      folder.add(all, { ...entry, bodies: [...stored] });
      if (job.nodes) onNodes(job.nodes);
    } catch (error) {
      log.warn({ cycle: head.cycle, problem: explain(error) }, "a cycle was not recorded");
    } finally {
      job.close();
    }
  }

  #hidden(text: string): string {
    return Buffer.from(this.#hide(Buffer.from(text))).toString();
  }

  #hide(bytes: Uint8Array): Uint8Array {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const there = this.#secrets.filter((secret) => buffer.includes(secret));
    if (there.length === 0) return bytes;
    // a character for each byte, and back
    const text = there.reduce(
      (all, each) => all.replaceAll(each.toString("latin1"), "[redacted]"),
      buffer.toString("latin1"),
    );
    return Buffer.from(text, "latin1");
  }
}

/** As they are, as JSON writes them, and as they stand in an Authorization header. */
function secretsOf(settings: KeeperSettings): Buffer[] {
  const texts = textsToHide<typeof KEEPER_SETTINGS>({ values: settings });
  const headers = Object.values<unknown>(settings)
    .flat()
    .flatMap((value) => {
      if (typeof value !== "string" || !URL.canParse(value)) return [];
      const { username, password } = new URL(value);
      return password === "" ? [] : [`${decodeURIComponent(username)}:${decodeURIComponent(password)}`];
    });
  const encoded = headers.map((each) => Buffer.from(each).toString("base64"));
  const all = [...texts, ...encoded].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    ...(/^0x[0-9a-f]+$/i.test(text) ? [text.slice(2)] : []),
  ]);
  return [...new Set(all)].filter(({ length }) => length >= SECRET_LENGTH).map((text) => Buffer.from(text));
}

/** Without keys and passwords, and whatever address is neither a node's nor a peer's. */
function withoutSecrets(settings: KeeperSettings): Partial<KeeperSettings> {
  const isKept = ([name, value]: [string, unknown]) =>
    !(value instanceof Secret) && !/^(member)?(signerUrl|keystoreFile)$/i.test(name);
  return Object.fromEntries(Object.entries(settings).filter(isKept)) as Partial<KeeperSettings>;
}
