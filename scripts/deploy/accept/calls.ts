import { isError, type BaseContract, type ErrorDescription, type ParamType, type Provider } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import { refusalText } from "../../lib/reverts.ts";

/// A call that is tried and not sent. Without a method, no data: ether that comes in.
export interface Call {
  to: BaseContract;
  method?: string;
  args?: readonly unknown[];
}

/// What came of a try: the error that it was refused with, by name where the callee's interface knows it; none where it
/// was done.
export interface Refusal {
  error: ErrorDescription | undefined;
  text: string;
}

/// Tries a call from an account, whose key nobody needs for that.
///
/// @throws FatalError where there is no code; what the provider throws where nothing answered
export async function tryFrom(
  provider: Provider,
  from: string,
  { to, method, args = [] }: Call,
): Promise<Refusal | undefined> {
  const data = method === undefined ? "0x" : to.interface.encodeFunctionData(method, args);
  const target = await to.getAddress();
  try {
    await provider.call({ from, to: target, data });
  } catch (reason) {
    if (!isError(reason, "CALL_EXCEPTION")) throw reason;
    const revert = reason.data ?? "0x";
    return { error: parse(to, revert), text: refusalText([to.interface], revert) };
  }
  // where there is none, everything is done
  if ((await provider.getCode(target)) === "0x") throw new FatalError(`there is no code at ${target}`);
  return undefined;
}

/// What a try is told as.
export function outcome(refusal: Refusal | undefined): string {
  return refusal === undefined ? "done" : refusal.text;
}

/// Arguments that are encoded without complaint: zero, empty, and `who` for each address.
export function plainArguments(inputs: readonly ParamType[], who: string): unknown[] {
  return inputs.map((input) => plainArgument(input, who));
}

function plainArgument(input: ParamType, who: string): unknown {
  if (input.baseType === "array") return [];
  if (input.baseType === "tuple") return plainArguments(input.components ?? [], who);
  if (input.type === "address") return who;
  if (input.type === "bool") return false;
  if (input.type === "string") return "";
  if (input.type === "bytes") return "0x";
  const bytes = /^bytes(\d+)$/.exec(input.type)?.[1];
  return bytes === undefined ? 0n : `0x${"00".repeat(Number(bytes))}`;
}

function parse({ interface: abi }: BaseContract, data: string): ErrorDescription | undefined {
  try {
    return abi.parseError(data) ?? undefined;
  } catch {
    return undefined;
  }
}
