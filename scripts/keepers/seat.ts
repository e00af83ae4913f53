import type { Protocol } from "../lib/protocol.ts";

/** The member whose key this is, and which has weight now or will have it; keys that were given up are known for ever. */
export async function seatOf(
  { OracleCommittee: committee }: Protocol,
  key: string,
): Promise<bigint | undefined> {
  const seated = (await committee.members()).some((each) => each.toLowerCase() === key.toLowerCase());
  return seated ? committee.memberOf(key) : undefined;
}
