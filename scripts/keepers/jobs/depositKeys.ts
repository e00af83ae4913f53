import type { ReportSources } from "../../actions/buildReport.ts";
import {
  committedKeys,
  KEY_STATE,
  type CommittedKeys,
  type KeysMemory,
} from "../../actions/committedKeys.ts";
import { newestRoot } from "../../actions/newestRoot.ts";
import type { PublishedKeys } from "../../actions/publishedKeys.ts";
import { verifyDeposit } from "../../lib/depositData.ts";
import { FatalError } from "../../lib/errors.ts";
import { FAR_FUTURE_EPOCH, GWEI_PER_ETHER } from "../../lib/units.ts";
import { MAX_KEYS, type BatchSeen } from "./depositPlan.ts";

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

  /** @param allotted operators whose keys may have predeposits @param time seconds since 1970 */
  async observe(allotted: ReadonlySet<bigint>, time: number): Promise<BatchSeen[]> {
    const all = await committedKeys(this.#sources.protocol, this.#memory);
    return Promise.all(
      all.map(async (batch) => {
        const { commitmentId, operatorId } = batch;
        const waiting = placesOf(batch, [KEY_STATE.predeposited, KEY_STATE.overdue]);
        const provable = await this.#provable(batch, waiting);
        return {
          commitmentId,
          operatorId,
          fresh: allotted.has(operatorId) ? await this.#fresh(batch) : [],
          provable,
          waiting: waiting.length,
          isDue: await this.#isDue(batch, provable, time),
        };
      }),
    );
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
    const id = `${commitmentId} ${at}`;
    const known = this.#isGood.get(id);
    if (known !== undefined) return known;
    const deposit = { ...tree.keys[at]!, withdrawalCredentials, amountGwei: GWEI_PER_ETHER };
    const isGood = verifyDeposit(deposit, genesisForkVersion);
    this.#isGood.set(id, isGood);
    return isGood;
  }

  /** Those that the newest state that can be shown knows, with our credentials, neither slashed nor leaving. */
  async #provable({ tree }: CommittedKeys, waiting: number[]): Promise<number[]> {
    if (waiting.length === 0) return [];
    const { beacon, protocol } = this.#sources;
    const { stateId } = await newestRoot(beacon);
    const ours = new Set(
      await Promise.all([
        protocol.BeaconDepositor.withdrawalCredentials(),
        protocol.StakedEther.withdrawalCredentials(),
      ]),
    );
    const pubkeys = waiting.map((at) => tree.keys[at]!.pubkey);
    const validators = await beacon.validators(stateId, pubkeys);
    const staying = validators.filter(
      (v) => ours.has(v.withdrawalCredentials) && !v.slashed && v.exitEpoch === FAR_FUTURE_EPOCH,
    );
    const known = new Set(staying.map(({ pubkey }) => pubkey));
    return waiting.filter((at) => known.has(tree.keys[at]!.pubkey));
  }

  async #isDue({ commitmentId, tree }: CommittedKeys, provable: number[], time: number): Promise<boolean> {
    const [first] = provable;
    if (first === undefined) return false;
    const { ValidatorRegistry: registry } = this.#sources.protocol;
    const from = await registry.proofDueFrom(commitmentId, tree.gindex(first));
    return from > 0n && from <= BigInt(time);
  }
}

function placesOf({ states }: CommittedKeys, wanted: readonly number[]): number[] {
  return states.flatMap((state, at) => (wanted.includes(state) ? [at] : []));
}
