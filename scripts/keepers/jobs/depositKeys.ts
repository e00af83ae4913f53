import type { ReportSources } from "../../actions/buildReport.ts";
import {
  committedKeys,
  keyHistory,
  KEY_STATE,
  waitingKeys,
  type CommittedKeys,
  type KeyHistory,
  type KeysMemory,
} from "../../actions/committedKeys.ts";
import { newestRoot } from "../../actions/newestRoot.ts";
import type { PublishedKeys } from "../../actions/publishedKeys.ts";
import { verifyDeposit } from "../../lib/depositData.ts";
import { FatalError } from "../../lib/errors.ts";
import { FAR_FUTURE_EPOCH, GWEI_PER_ETHER } from "../../lib/units.ts";
import { MAX_KEYS, type BatchSeen, type OverdueSeen } from "./depositPlan.ts";

/** Which published keys may have a deposit now. What never changes of them is remembered. */
export class DepositKeys {
  readonly #sources: ReportSources;
  readonly #memory: KeysMemory = new Map();
  /** Whether signatures are good, by commitment and place: it takes a millisecond or two each. */
  readonly #isGood = new Map<string, boolean>();

  constructor(sources: ReportSources) {
    this.#sources = sources;
  }

  /**
   * The keys of a commitment that was seen before.
   *
   * @throws FatalError where nobody published them
   */
  published(commitmentId: string): PublishedKeys {
    const published = this.#memory.get(commitmentId);
    if (published === undefined) throw new FatalError(`nobody published the keys of ${commitmentId}`);
    return published;
  }

  /** @param allotted operators whose keys may have predeposits */
  async observe(allotted: ReadonlySet<bigint>): Promise<{ batches: BatchSeen[]; overdue: OverdueSeen[] }> {
    const history = await keyHistory(this.#sources.protocol);
    const all = await committedKeys(this.#sources.protocol, this.#memory, history);
    const ours = await this.#credentials();
    const batches = await Promise.all(
      all.map(async (batch) => {
        const { commitmentId, operatorId } = batch;
        const waiting = placesOf(batch, [KEY_STATE.predeposited, KEY_STATE.overdue]);
        const known = await this.#known(batch, ours);
        const provable = known.provable.filter((at) => waiting.includes(at));
        return {
          commitmentId,
          operatorId,
          fresh: allotted.has(operatorId) ? await this.#fresh(batch) : [],
          ...known,
          provable,
          waiting: waiting.length,
          dueFrom: await this.#dueFrom(batch, provable),
        };
      }),
    );
    return { batches, overdue: await this.#overdue(history, batches) };
  }

  /** What bonds have not paid for yet. Keys of which something can be proven are left alone: that comes first. */
  async #overdue(history: KeyHistory, batches: readonly BatchSeen[]): Promise<OverdueSeen[]> {
    const { ValidatorRegistry: registry } = this.#sources.protocol;
    const provable = new Set(
      batches.flatMap(({ commitmentId, ...batch }) =>
        [...batch.provable, ...batch.foreign, ...batch.duplicate].map(
          (at) => `${commitmentId} ${this.published(commitmentId).tree.gindex(at)}`,
        ),
      ),
    );
    const waiting = waitingKeys(history).filter(
      ({ commitmentId, gindex }) => !provable.has(`${commitmentId} ${gindex}`),
    );
    const found = await Promise.all(
      waiting.map(async ({ state, ...key }) => {
        const { overdue, lost } = await registry.isOverdue(key.commitmentId, key.gindex);
        if (lost && state === KEY_STATE.overdue) return [{ ...key, isLost: true }];
        return overdue && state === KEY_STATE.predeposited ? [{ ...key, isLost: false }] : [];
      }),
    );
    return found.flat();
  }

  /** Some of the keys without a deposit whose signatures are good and that nobody has deposited for, the first ones. */
  async #fresh(batch: CommittedKeys): Promise<number[]> {
    const { beacon, protocol } = this.#sources;
    const committed = placesOf(batch, [KEY_STATE.committed]);
    if (committed.length === 0) return [];
    const [{ genesisForkVersion }, credentials, pending] = await Promise.all([
      beacon.genesis(),
      protocol.BeaconDepositor.withdrawalCredentials(),
      beacon.pendingDeposits("head"),
    ]);
    const keyOf = (at: number) => batch.tree.keys[at]!.pubkey;
    for (let i = 0; i < committed.length; i += MAX_KEYS) {
      const good = committed
        .slice(i, i + MAX_KEYS)
        .filter((at) => this.#hasGoodSignature(batch, at, credentials, genesisForkVersion));
      if (good.length === 0) continue;
      const validators = await beacon.validators("head", good.map(keyOf));
      const taken = new Set([...validators, ...pending].map(({ pubkey }) => pubkey));
      const fresh = good.filter((at) => !taken.has(keyOf(at)));
      if (fresh.length > 0) return fresh;
    }
    return [];
  }

  #hasGoodSignature(
    { commitmentId, tree }: CommittedKeys,
    at: number,
    withdrawalCredentials: string,
    genesisForkVersion: string,
  ): boolean {
    const id = `${commitmentId} ${at} ${withdrawalCredentials}`;
    const known = this.#isGood.get(id);
    if (known !== undefined) return known;
    const deposit = { ...tree.keys[at]!, withdrawalCredentials, amountGwei: GWEI_PER_ETHER };
    const isGood = verifyDeposit(deposit, genesisForkVersion);
    this.#isGood.set(id, isGood);
    return isGood;
  }

  /** Keys that had their predeposit, by what the newest state that can be shown says of them. */
  async #known(
    batch: CommittedKeys,
    ours: ReadonlySet<string>,
  ): Promise<Pick<BatchSeen, "provable" | "foreign" | "duplicate">> {
    const places = placesOf(batch, [KEY_STATE.predeposited, KEY_STATE.overdue, KEY_STATE.lost]);
    const known = { provable: [] as number[], foreign: [] as number[], duplicate: [] as number[] };
    if (places.length === 0) return known;
    const { beacon, protocol } = this.#sources;
    const { stateId } = await newestRoot(beacon);
    const { tree } = batch;
    const answers = await beacon.validators(
      stateId,
      places.map((at) => tree.keys[at]!.pubkey),
    );
    const validators = new Map(answers.map((answer) => [answer.pubkey, answer]));
    for (const at of places) {
      const v = validators.get(tree.keys[at]!.pubkey);
      if (v === undefined) continue;
      if (!ours.has(v.withdrawalCredentials)) known.foreign.push(at);
      else if (await protocol.ValidatorRegistry.isProven(v.index)) {
        if (await this.#wasGood(batch, at)) known.duplicate.push(at);
      } else if (!v.slashed && v.exitEpoch === FAR_FUTURE_EPOCH) known.provable.push(at);
    }
    return known;
  }

  /** Whether the predeposit of a key came to the validator: under a bad signature it went nowhere. */
  async #wasGood(batch: CommittedKeys, at: number): Promise<boolean> {
    const { beacon, protocol } = this.#sources;
    const { genesisForkVersion } = await beacon.genesis();
    const credentials = await protocol.StakedEther.withdrawalCredentials();
    return this.#hasGoodSignature(batch, at, credentials, genesisForkVersion);
  }

  async #credentials(): Promise<ReadonlySet<string>> {
    const { BeaconDepositor: depositor, StakedEther: ledger } = this.#sources.protocol;
    return new Set(await Promise.all([depositor.withdrawalCredentials(), ledger.withdrawalCredentials()]));
  }

  /** Of the first key that can be proven; 0 where there is none. */
  async #dueFrom({ commitmentId, tree }: CommittedKeys, [first]: number[]): Promise<number> {
    if (first === undefined) return 0;
    const { ValidatorRegistry: registry } = this.#sources.protocol;
    return Number(await registry.proofDueFrom(commitmentId, tree.gindex(first)));
  }
}

function placesOf({ states }: CommittedKeys, wanted: readonly number[]): number[] {
  return states.flatMap((state, at) => (wanted.includes(state) ? [at] : []));
}
