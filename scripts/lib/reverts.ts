import { isError } from "ethers";
import { abiText } from "./abiText.ts";
import { FatalError } from "./errors.ts";
import { CONTRACT_NAMES, type Protocol } from "./protocol.ts";

/**
 * An error of a call that the protocol refused, as its contracts name it, such as `FeeOutOfBounds(60000)`; undefined for
 * any other error.
 */
export function refusalOf(protocol: Protocol, error: unknown): FatalError | undefined {
  if (!isError(error, "CALL_EXCEPTION")) return undefined;
  const data = error.data ?? "0x";
  for (const name of CONTRACT_NAMES) {
    const parsed = protocol[name].interface.parseError(data);
    if (parsed === null) continue;
    return new FatalError(`${parsed.name}(${parsed.args.map(abiText).join(", ")})`, { cause: error });
  }
  return new FatalError(data === "0x" ? "refused without a reason" : `refused: ${data}`, { cause: error });
}
