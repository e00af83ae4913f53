import { Interface, isError, type ErrorDescription } from "ethers";
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
  const interfaces = CONTRACT_NAMES.map((name) => protocol[name].interface);
  return new FatalError(refusalText(interfaces, error.data ?? "0x"), { cause: error });
}

/** What a call reverted with (0x-hex), as the first of these interfaces that knows the error names it. */
export function refusalText(interfaces: readonly Interface[], data: string): string {
  for (const known of [...interfaces, LANGUAGE]) {
    const parsed = parse(known, data);
    if (parsed !== undefined) return `${parsed.name}(${parsed.args.map(abiText).join(", ")})`;
  }
  return data === "0x" ? "refused without a reason" : `refused: ${data}`;
}

/** Error(string) and Panic(uint256), which every interface knows. */
const LANGUAGE = new Interface([]);

/** Anybody may revert with bytes that only begin like an error: those are named by nobody. */
function parse(known: Interface, data: string): ErrorDescription | undefined {
  try {
    return known.parseError(data) ?? undefined;
  } catch {
    return undefined;
  }
}

function parsedRefusal(protocol: Protocol, error: unknown): ErrorDescription | undefined {
  if (!isError(error, "CALL_EXCEPTION") || !error.data) return undefined;
  for (const name of CONTRACT_NAMES) {
    const parsed = parse(protocol[name].interface, error.data);
    if (parsed !== undefined) return parsed;
  }
  return undefined;
}
