/** What no node ever takes: it would hold up every nonce behind it. */
import type { IntentRequest } from "./types.ts";

/** Of signed bytes: nodes keep nothing larger in their pools. */
export const MOST_BYTES = 131_072;
/** Of one transaction (EIP-7825). */
export const MOST_GAS = 16_777_216n;
/** Signed bytes other than calldata, at most: amounts, nonce, address, signature, and their lengths. */
const AROUND_DATA_BYTES = 200;
/** Times that nodes refuse for good, and for reasons that may pass, what none of them ever took. */
const MOST_REFUSALS = { never: 3, later: 300 };

/** Why a request can be in no block, whatever is paid; undefined where it can. */
export function neverTaken({ data, leastGas = 0n }: IntentRequest): string | undefined {
  const bytes = data.length / 2 - 1;
  const mostData = MOST_BYTES - AROUND_DATA_BYTES;
  if (bytes > mostData) return `${bytes} bytes of calldata, nodes take ${mostData}`;
  if (leastGas > MOST_GAS) return `${leastGas} gas, a transaction may have ${MOST_GAS}`;
  return undefined;
}

/** Whether nodes have refused the same often enough to give it up. */
export function isHopeless(refusals: number, isForGood: boolean): boolean {
  return refusals >= (isForGood ? MOST_REFUSALS.never : MOST_REFUSALS.later);
}
