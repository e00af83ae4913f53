import { callText, decodeCalls, type Call, type DecodedCall } from "../../lib/proposals.ts";
import type { Protocol } from "../../lib/protocol.ts";
import { log } from "../output.ts";
import type { SessionOptions } from "../sessionOptions.ts";

export type GovernOptions = SessionOptions & { yes: boolean };

/// What the chain would do, from the bytes that are signed.
export async function showCalls(protocol: Protocol, calls: readonly Call[]): Promise<DecodedCall[]> {
  const decoded = await decodeCalls(protocol, calls);
  for (const call of decoded) log(callText(call));
  return decoded;
}
