/**
 * The journal of one account: what is wanted, what was signed, what came of it. Everything is on disk before the next
 * effect outside begins, so that whoever opens it next knows what may be out there.
 */
import { existsSync } from "node:fs";
import { keccak256 } from "ethers";
import { ConfigurationError } from "../errors.ts";
import { takeLock, type Lock } from "./lock.ts";
import { whole } from "./sqlite.ts";
import { ENDS, type Attempt, type End, type Intent, type IntentRequest, type NewAttempt } from "./types.ts";
import { JournalView, type JournalOptions, type Value } from "./view.ts";

/** Two pages of the database, so that the disk must take something. */
const PROBE_BYTES = 8_192;
/** How long calldata and signed bytes are kept after the end. */
const KEEP_BYTES_MS = 7 * 24 * 3_600_000;
/** So that no write becomes a long one. */
const DROPS_AT_ONCE = 20;
const SELECTOR_CHARS = 10;
const ENDED = ENDS.map((end) => `'${end}'`).join(", ");

/** Open for the one keeper that acts on it. */
export class Journal extends JournalView {
  readonly #lock: Lock;
  /** When it was last written, before it was opened. */
  readonly #lastMs: number;

  private constructor(path: string, lock: Lock, options: JournalOptions) {
    super(path, true, options);
    this.#lock = lock;
    this.#lastMs = (this.rows("SELECT max(updated_ms) AS ms FROM intents")[0]!.ms ?? 0) as number;
  }

  /**
   * Made where it is not there.
   * @throws ConfigurationError where another keeper has it open; names the file and the other's process
   */
  static open(path: string, options: JournalOptions = {}): Journal {
    const lock = takeLock(path);
    if (lock === undefined) {
      const writer = existsSync(path) ? writerOf(path) : undefined;
      throw new ConfigurationError({
        setting: "journal",
        problem: `in use by process ${writer ?? "of unknown number"}; one keeper has one journal`,
        value: path,
        example: "a file of its own for each account",
      });
    }
    try {
      const journal = new Journal(path, lock, options);
      const sql = "INSERT OR REPLACE INTO writer (id, pid, since_ms) VALUES (1, ?, ?)";
      journal.write("claim", () => journal.run(sql, process.pid, journal.now()));
      return journal;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Sets its clock by the newest block's time, milliseconds since 1970. */
  see(blockMs: number): void {
    this.clock.see?.(blockMs, this.#lastMs);
  }

  override close(): void {
    super.close();
    this.#lock.release();
  }

  /** Writes some pages. @throws where the disk takes none */
  probe(): void {
    const sql = "INSERT OR REPLACE INTO probe (id, bytes) VALUES (1, randomblob(?))";
    whole(this.database, () => this.run(sql, PROBE_BYTES));
  }

  /**
   * Ties the journal to an account on a chain, once.
   * @throws ConfigurationError where it belongs to another
   */
  bind(address: string, chainId: bigint): void {
    const wanted = { address: address.toLowerCase(), chain_id: String(chainId) };
    const [bound] = this.rows("SELECT address, chain_id FROM account");
    if (bound === undefined) {
      const sql = "INSERT INTO account (id, address, chain_id) VALUES (1, ?, ?)";
      this.write("bind", () => this.run(sql, wanted.address, wanted.chain_id));
    } else if (bound.address !== wanted.address || bound.chain_id !== wanted.chain_id) {
      throw new ConfigurationError({
        setting: "journal",
        problem: `belongs to ${String(bound.address)} on chain ${String(bound.chain_id)}, not to ${wanted.address} on chain ${wanted.chain_id}`,
        value: this.path,
        example: "a file of its own for each account",
      });
    }
  }

  plan(request: IntentRequest, noop?: { nonce: number; gasLimit: bigint }): void {
    const row: Record<string, Value> = {
      key: request.key,
      job: request.job,
      to_address: request.to,
      data: request.data,
      value_wei: String(request.valueWei),
      urgency: request.urgency,
      deadline_ms: request.deadlineMs ?? null,
      least_gas: request.leastGas === undefined ? null : String(request.leastGas),
      state: noop === undefined ? "planned" : "simulated",
      is_noop: noop === undefined ? 0 : 1,
      nonce: noop?.nonce ?? null,
      gas_limit: noop === undefined ? null : String(noop.gasLimit),
      created_ms: this.now(),
      updated_ms: this.now(),
    };
    this.write("plan", () => this.insert("intents", row));
  }

  /** Back to the start: what was signed for it can never be mined any more, or there was nothing. */
  replan(key: string, note: string | null): void {
    this.write("replan", () => {
      this.run("UPDATE attempts SET is_void = 1 WHERE key = ?", key);
      this.#update(key, { state: "planned", note, nonce: null, gas_limit: null, simulated_ms: null });
    });
  }

  simulate(key: string, gasLimit: bigint): void {
    const simulated = {
      state: "simulated",
      gas_limit: String(gasLimit),
      simulated_ms: this.now(),
      note: null,
    };
    this.write("simulate", () => this.#update(key, simulated));
  }

  note({ key, note }: Pick<Intent, "key" | "note">, text: string): void {
    if (note !== text) this.write("note", () => this.#update(key, { note: text }));
  }

  sign(attempt: NewAttempt): void {
    this.write("sign", () => {
      const row = {
        hash: attempt.hash,
        key: attempt.key,
        purpose: attempt.purpose,
        nonce: attempt.nonce,
        raw: attempt.raw,
        gas_limit: String(attempt.gasLimit),
        max_fee_wei: String(attempt.maxFeeWei),
        max_priority_fee_wei: String(attempt.maxPriorityFeeWei),
        signed_ms: attempt.signedMs,
        signed_block: attempt.signedBlock,
      };
      // The same bytes once more: their nonce was lost to a block that is gone as well.
      this.insert("attempts", row, "ON CONFLICT (key, hash) DO UPDATE SET is_void = 0");
      this.#update(attempt.key, { state: "signed", nonce: attempt.nonce, note: null });
    });
  }

  beginToSend({ key, hash }: Attempt): void {
    const sql = "UPDATE attempts SET sent_ms = ? WHERE key = ? AND hash = ?";
    this.write("begin to send", () => this.run(sql, this.now(), key, hash));
  }

  broadcast({ key, hash }: Attempt): void {
    const sql = "UPDATE attempts SET answer = 'accepted', is_taken = 1 WHERE key = ? AND hash = ?";
    this.write("broadcast", () => {
      this.run(sql, key, hash);
      this.#update(key, { state: "broadcast", note: null });
    });
  }

  /** What the node said, other than that it accepts it. */
  answerOfNode({ key, hash }: Attempt, state: "signed" | "broadcast", answer: string): void {
    const sql = "UPDATE attempts SET answer = ?, refusals = refusals + 1 WHERE key = ? AND hash = ?";
    this.write("answer of the node", () => {
      this.run(sql, answer, key, hash);
      this.#update(key, { state, note: `the node says: ${answer}` });
    });
  }

  mine(key: string, { hash, blockNumber, blockHash }: NonNullable<Intent["mined"]>): void {
    const mined = { mined_hash: hash, mined_number: blockNumber, mined_block: blockHash };
    this.write("mine", () => this.#update(key, { state: "mined", note: null, ...mined }));
  }

  unmine(key: string): void {
    const note = "its block is gone: a reorganisation";
    const mined = { mined_hash: null, mined_number: null, mined_block: null };
    this.write("unmine", () => this.#update(key, { state: "broadcast", note, ...mined }));
  }

  startToCancel(key: string, reason: string): void {
    this.write("start to cancel", () => this.#update(key, { cancelling: reason, note: reason }));
  }

  end(key: string, state: End, note: string | null, costWei?: bigint): void {
    const cost = costWei === undefined ? null : String(costWei);
    this.write("end", () => {
      this.#update(key, { state, note, cost_wei: cost });
      this.#dropOldBytes();
    });
  }

  answerWish(id: number, answer: string): void {
    const sql = "UPDATE wishes SET answer = ? WHERE id = ?";
    this.write("answer to a wish", () => this.run(sql, answer, id));
  }

  /** Of what ended long ago. Its row stays: the same key is the same action for ever. */
  #dropOldBytes(): void {
    const old = this.rows(
      `SELECT key, data FROM intents
       WHERE data_hash IS NULL AND updated_ms < ? AND state IN (${ENDED}) LIMIT ?`,
      this.now() - KEEP_BYTES_MS,
      DROPS_AT_ONCE,
    ) as { key: string; data: string }[];
    for (const { key, data } of old) {
      const sql = "UPDATE intents SET data = ?, data_hash = ? WHERE key = ?";
      this.run(sql, data.slice(0, SELECTOR_CHARS), keccak256(data), key);
      this.run("UPDATE attempts SET raw = '0x' WHERE key = ?", key);
    }
  }

  #update(key: string, fields: Record<string, Value>): void {
    const all = { ...fields, updated_ms: this.now() };
    const settings = Object.keys(all).map((name) => `${name} = ?`);
    this.run(`UPDATE intents SET ${settings.join(", ")} WHERE key = ?`, ...Object.values(all), key);
  }
}

function writerOf(path: string): number | undefined {
  const view = JournalView.look(path);
  try {
    return view.lastWriter();
  } finally {
    view.close();
  }
}
