import { isError, type ErrorDescription } from "ethers";
import { abiText } from "./abiText.ts";
import { FatalError } from "./errors.ts";
import { CONTRACT_NAMES, type Protocol } from "./protocol.ts";

/** The name of the contracts' error by which a call was refused; undefined for any other error. */
export function refusalName(protocol: Protocol, error: unknown): string | undefined {
  return parsedRefusal(protocol, error)?.name;
}

/**
 * An error of a call that the protocol refused, as its contracts name it, such as `FeeOutOfBounds(60000)`; undefined for
 * any other error.
 */
export function refusalOf(protocol: Protocol, error: unknown): FatalError | undefined {
  if (!isError(error, "CALL_EXCEPTION")) return undefined;
  const parsed = parsedRefusal(protocol, error);
  if (parsed !== undefined) {
    return new FatalError(`${parsed.name}(${parsed.args.map(abiText).join(", ")})`, { cause: error });
  }
  const data = error.data ?? "0x";
  return new FatalError(data === "0x" ? "refused without a reason" : `refused: ${data}`, { cause: error });
}

function parsedRefusal(protocol: Protocol, error: unknown): ErrorDescription | undefined {
  if (!isError(error, "CALL_EXCEPTION") || !error.data) return undefined;
  for (const name of CONTRACT_NAMES) {
    const parsed = protocol[name].interface.parseError(error.data);
    if (parsed !== null) return parsed;
  }
  return undefined;
}
