import { VoidSigner, ZeroAddress } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Addresses } from "../../lib/protocol.ts";
import { Runner } from "../runner.ts";
import { KEEPER_JOBS, type KeeperJob, type KeeperSettings } from "../settings.ts";
import { TapedJob, type Kept } from "./cycle.ts";
import { Places } from "./places.ts";
import { openCycle } from "./recordFolder.ts";
import { ReplayingTape, type Deviation } from "./replayingTape.ts";
import { fromWire } from "./wire.ts";

export interface Replayed {
  job: string;
  cycle: string;
  outcome: string;
  text: string;
  /** Empty where everything is as it was recorded, byte for byte; the first is what led to the others. */
  deviations: Deviation[];
}

/**
 * Runs a recorded cycle again by the same code, from its file alone: nothing is asked of any node, nothing is sent or signed.
 *
 * @throws ConfigurationError where the file is no recorded cycle
 */
export async function replay(file: string, log: Logger): Promise<Replayed> {
  const { head, events, bodies } = openCycle(file);
  const settings = fromWire(head.settings) as KeeperSettings;
  const tape = new ReplayingTape(events, { places: new Places(settings), bodies, clock: head.clock });
  const job = new TapedJob({
    settings,
    deployed: { addresses: head.addresses as Addresses, firstBlock: head.firstBlock },
    job: nameOf(head.job),
    tape,
    log,
    kept: keptAsRecorded(head),
  });
  const runner = new Runner({
    jobs: [job],
    log,
    now: () => head.now,
    sleep: async () => undefined,
    pollSeconds: 1,
    dryRun: head.dryRun,
  });
  try {
    const [result] = await runner.round();
    await tape.settle();
    job.end(result!);
    const { outcome, text } = result!;
    return { job: head.job, cycle: head.cycle, outcome, text, deviations: tape.close() };
  } finally {
    job.close();
  }
}

function nameOf(job: string): KeeperJob {
  const known = KEEPER_JOBS.find((each) => each === job);
  if (known !== undefined) return known;
  throw new FatalError(`there is no job "${job}"`);
}

/** All answers of these come from the tape. */
function keptAsRecorded({ account = ZeroAddress, member }: { account?: string; member?: string }): Kept {
  const nothing = {} as never;
  return {
    senderOf: () => new VoidSigner(account),
    member: member === undefined ? undefined : { address: member, sign: () => Promise.reject(unsigned()) },
    signed: nothing,
    figuresFolder: nothing,
    remember: (_, make) => make(),
    onGathered: () => undefined,
    onDispute: () => undefined,
    onAnswer: () => undefined,
  };
}

function unsigned(): FatalError {
  return new FatalError("nothing is signed where a cycle is played again");
}
