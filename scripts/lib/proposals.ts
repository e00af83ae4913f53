/**
 * Proposals to the stakers: read from a file that people can read, and calls read back from their bytes.
 */
import { getAddress, isError, type FunctionFragment, type Interface } from "ethers";
import { z } from "zod";
import { abiText } from "./abiText.ts";
import { ConfigurationError, FatalError } from "./errors.ts";
import { CONTRACT_NAMES, type ContractName, type Protocol } from "./protocol.ts";

/** One call of the timelock. */
export interface Call {
  target: string;
  /** Wei sent along. */
  value: bigint;
  data: string;
}

export interface Proposal {
  /** What the governor keeps the hash of: title and text, and who alone may propose it. */
  description: string;
  calls: Call[];
}

/** What a call says, read from its bytes alone. */
export interface DecodedCall {
  /** None where it goes to no contract of the protocol, or to no function that is known of it. */
  contract: ContractName | undefined;
  target: string;
  /** Such as `setFee(uint256)`; all bytes where nothing is known. */
  signature: string;
  arguments: { name: string; type: string; value: string }[];
  value: bigint;
}

const EXAMPLE =
  '{ "title": "Lower the fee", "text": "Why.", "calls": [{ "contract": "ReportOracle", "function": "setFee", "arguments": ["900"] }] }';

const argument: z.ZodType<unknown> = z.lazy(() =>
  z.union([
    z.string(),
    z.number().int().safe(),
    z.boolean(),
    z.array(argument),
    z.record(z.string(), argument),
  ]),
);
const file = z.strictObject({
  title: z.string().trim().min(1).max(120),
  text: z.string().trim().min(1),
  calls: z
    .array(
      z.strictObject({
        contract: z.enum(CONTRACT_NAMES as [ContractName, ...ContractName[]]),
        function: z.string().min(1),
        arguments: z.array(argument).default([]),
        valueWei: z
          .string()
          .regex(/^[0-9]+$/, "wei, in decimal")
          .default("0"),
      }),
    )
    .min(1),
});

/**
 * Reads a proposal from the JSON of its file. Numbers are decimal strings; a struct is an object with its members' names.
 *
 * @param proposer who alone may bring it on chain: nobody can bring it first, to withdraw it
 * @throws ConfigurationError on anything that is not such a proposal, with what was given
 */
export async function readProposal(text: string, protocol: Protocol, proposer: string): Promise<Proposal> {
  const given = parse(text);
  const calls = await Promise.all(
    given.calls.map(async (call, index) => ({
      target: await protocol[call.contract].getAddress(),
      value: BigInt(call.valueWei),
      data: encode(protocol[call.contract].interface, call, `calls[${index}]`),
    })),
  );
  const description = `# ${given.title}\n\n${given.text}\n\n#proposer=${getAddress(proposer)}`;
  return { description, calls };
}

/** What each call does, from its bytes: what is shown before anybody signs. What is not understood is shown as it is. */
export async function decodeCalls(protocol: Protocol, calls: readonly Call[]): Promise<DecodedCall[]> {
  const names = new Map<string, ContractName>();
  for (const name of CONTRACT_NAMES) names.set((await protocol[name].getAddress()).toLowerCase(), name);
  return calls.map(({ target, value, data }) => {
    const unknown = { contract: undefined, target, signature: data, arguments: [], value };
    const contract = names.get(target.toLowerCase());
    if (contract === undefined) return unknown;
    try {
      const parsed = protocol[contract].interface.parseTransaction({ data, value });
      if (parsed === null) return unknown;
      const { signature, fragment, args } = parsed;
      const shown = fragment.inputs.map(({ name, type }, i) => ({
        name: name || String(i),
        type,
        value: printable(abiText(args[i])),
      }));
      return { contract, target, signature, arguments: shown, value };
    } catch {
      // bytes that are no such arguments
      return unknown;
    }
  });
}

/** @throws FatalError where a call is not understood: nobody should propose what nobody can read */
export function requireKnown(decoded: readonly DecodedCall[]): void {
  for (const { contract, target, signature } of decoded) {
    if (contract === undefined) throw new FatalError(`a call to ${target} is not understood: ${signature}`);
  }
}

/** A text without what would move a terminal's cursor, or hide what comes behind it. */
export function printable(value: string): string {
  return value.replace(/[^\P{C}\n]/gu, "\ufffd");
}

/** One line for each call, such as `ReportOracle.setFee(newFeeBp: 900)`. */
export function callText({ contract, target, signature, arguments: args, value }: DecodedCall): string {
  const sent = value === 0n ? "" : ` with ${value} wei`;
  if (contract === undefined) return `NOT UNDERSTOOD: ${target} is called with ${signature}${sent}`;
  const name = signature.slice(0, signature.indexOf("("));
  const list = args.map((argument) => `${argument.name}: ${argument.value}`).join(", ");
  return `${contract}.${name}(${list})${sent}`;
}

function parse(text: string): z.infer<typeof file> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(
      { setting: "proposal", problem: `is not JSON: ${(error as Error).message}`, example: EXAMPLE },
      { cause: error },
    );
  }
  const result = file.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue!.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown>)?.[key],
    value,
  );
  throw new ConfigurationError({
    setting: `proposal.${issue!.path.join(".") || "file"}`,
    problem: issue!.message,
    value: path,
    example: EXAMPLE,
  });
}

function encode(
  contract: Interface,
  call: { contract: string; function: string; arguments: unknown[] },
  setting: string,
): string {
  const found = fragmentOf(contract, call.function);
  if (found === null || found.constant) {
    throw new ConfigurationError({
      setting: `proposal.${setting}.function`,
      problem: found === null ? `${call.contract} has none of that name` : "changes nothing",
      value: call.function,
      example: "setFee",
    });
  }
  try {
    return contract.encodeFunctionData(found, call.arguments);
  } catch (error) {
    if (
      !isError(error, "INVALID_ARGUMENT") &&
      !isError(error, "MISSING_ARGUMENT") &&
      !isError(error, "UNEXPECTED_ARGUMENT")
    )
      throw error;
    throw new ConfigurationError(
      {
        setting: `proposal.${setting}.arguments`,
        problem: `do not fit ${found.format("full")}`,
        value: call.arguments,
        example: EXAMPLE,
      },
      { cause: error },
    );
  }
}

/** By its name, or its whole signature where a name has several. */
function fragmentOf(contract: Interface, name: string): FunctionFragment | null {
  try {
    return contract.getFunction(name);
  } catch (error) {
    if (isError(error, "INVALID_ARGUMENT")) {
      throw new ConfigurationError(
        {
          setting: "proposal.calls.function",
          problem: "several have that name: give its whole signature",
          value: name,
          example: "grantRole(bytes32,address)",
        },
        { cause: error },
      );
    }
    throw error;
  }
}
