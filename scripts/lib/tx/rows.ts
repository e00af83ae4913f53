/** Rows of a journal as objects, and back. Amounts are decimal text: SQLite's integers end at 2^63. */
import type { Attempt, Intent, Purpose, State, Urgency, Wish } from "./types.ts";

export type Row = Record<string, unknown>;

export function intentOf(row: Row): Intent {
  return {
    key: row.key as string,
    job: row.job as string,
    to: row.to_address as string,
    data: row.data as string,
    valueWei: BigInt(row.value_wei as string),
    urgency: row.urgency as Urgency,
    deadlineMs: optional(row.deadline_ms) as number | undefined,
    leastGas: amount(row.least_gas),
    state: row.state as State,
    dataHash: optional(row.data_hash) as string | undefined,
    isNoop: row.is_noop === 1,
    cancelling: optional(row.cancelling) as string | undefined,
    note: optional(row.note) as string | undefined,
    nonce: optional(row.nonce) as number | undefined,
    gasLimit: amount(row.gas_limit),
    simulatedMs: optional(row.simulated_ms) as number | undefined,
    mined:
      row.mined_hash === null
        ? undefined
        : {
            hash: row.mined_hash as string,
            blockNumber: row.mined_number as number,
            blockHash: row.mined_block as string,
          },
    costWei: amount(row.cost_wei),
    createdMs: row.created_ms as number,
    updatedMs: row.updated_ms as number,
  };
}

export function attemptOf(row: Row): Attempt {
  return {
    hash: row.hash as string,
    key: row.key as string,
    purpose: row.purpose as Purpose,
    nonce: row.nonce as number,
    raw: row.raw as string,
    gasLimit: BigInt(row.gas_limit as string),
    maxFeeWei: BigInt(row.max_fee_wei as string),
    maxPriorityFeeWei: BigInt(row.max_priority_fee_wei as string),
    signedMs: row.signed_ms as number,
    signedBlock: row.signed_block as number,
    sentMs: optional(row.sent_ms) as number | undefined,
    answer: optional(row.answer) as string | undefined,
    isTaken: row.is_taken === 1,
    refusals: row.refusals as number,
  };
}

export function wishOf(row: Row): Wish {
  return {
    id: row.id as number,
    key: row.key as string,
    wish: row.wish as Wish["wish"],
    askedMs: row.asked_ms as number,
    answer: optional(row.answer) as string | undefined,
  };
}

function optional(value: unknown): unknown {
  return value === null ? undefined : value;
}

function amount(value: unknown): bigint | undefined {
  return value === null ? undefined : BigInt(value as string);
}
