/**
 * How many nonces of an account are used. A node may say too many: a transaction with a nonce that nobody will reach stays
 * for ever. So more is believed only where it is explained: by a receipt of the journal, by two nodes, or, where there is
 * but one node, by its own word of some blocks ago.
 */
import { KedgeError, RetryableError } from "../errors.ts";
import type { Account, Nonces } from "./account.ts";
import type { Chain } from "./chain.ts";

/** More transactions of one account than nodes keep: whoever tells of more is wrong, and a nonce above them is lost. */
export const MOST_PENDING = 64;

interface Claim {
  name: string;
  nonce: number;
}

/** @throws RetryableError where no node answers, or too many transactions are said to wait */
export async function nonces(account: Account, head: number): Promise<Nonces> {
  const { journal, signer } = account;
  const seen = journal.nonceAfterSeen();
  const latest = await claims(account, "latest");
  const [highest] = latest;
  if (highest === undefined) throw new RetryableError(`no node tells the nonce of ${signer.address}`);
  const explained = Math.max(seen, await confirmed(account, latest, { seen, head }));
  const doubters = latest.filter(({ nonce }) => nonce <= explained).length;
  const isOutvoted = doubters >= Math.min(2, account.witnesses.length);
  const pending = agreed(account, await claims(account, "pending")) ?? 0;
  const pendingNonce = Math.max(explained, pending);
  if (pendingNonce - explained > MOST_PENDING) {
    throw new RetryableError(
      `${pendingNonce - explained} transactions of ${signer.address} are said to wait: more than ${MOST_PENDING} cannot be`,
    );
  }
  const doubt =
    highest.nonce > explained && !isOutvoted
      ? `${highest.name} says that ${highest.nonce} nonces are used, and nothing else shows more than ${explained}: waits until that is certain`
      : undefined;
  return { latestNonce: explained, pendingNonce, doubt };
}

/** What nodes agree on for an older block; 0 where they do not. */
export async function nonceAt(account: Account, block: number): Promise<number> {
  return agreed(account, await claims(account, block)) ?? 0;
}

async function confirmed(
  account: Account,
  latest: readonly Claim[],
  { seen, head }: { seen: number; head: number },
): Promise<number> {
  const said = agreed(account, latest) ?? 0;
  if (account.witnesses.length > 1 || said <= seen) return said;
  return nonceAt(account, Math.max(0, head - account.confirmations + 1));
}

/** What at least two say; the word of one where there is no other. */
function agreed({ witnesses }: Account, said: readonly Claim[]): number | undefined {
  return said[witnesses.length === 1 ? 0 : 1]?.nonce;
}

/** What those say that do answer, the most first. */
async function claims(
  { witnesses, signer, log }: Account,
  at: "latest" | "pending" | number,
): Promise<Claim[]> {
  const told = await Promise.all(witnesses.map((each) => claim(each)));
  return told.flat().toSorted((a, b) => b.nonce - a.nonce);

  async function claim(chain: Chain): Promise<Claim[]> {
    try {
      return [{ name: chain.name, nonce: await chain.nonceOf(signer.address, at) }];
    } catch (error) {
      if (!(error instanceof KedgeError)) throw error;
      log.debug({ err: error }, "cannot tell the nonce");
      return [];
    }
  }
}
