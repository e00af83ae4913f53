import type { ContractTransactionReceipt, Interface, Signer } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import { printable, type Call, type DecodedCall, callText, decodeCalls } from "../../lib/proposals.ts";
import type { Protocol } from "../../lib/protocol.ts";
import { abiText } from "../../lib/abiText.ts";
import { formatEther } from "../../lib/units.ts";
import { print } from "../output.ts";
import { inSession, type Session } from "../session.ts";
import type { SendOptions } from "./options.ts";
import { TriedError, TryingSigner, type Trial } from "./tryingSigner.ts";

/// What a verb does with a deployment, by one transaction.
type Act<Done> = (session: { protocol: Protocol; signer: Signer }) => Promise<Done>;

/// What happened: data for programs, and words for people.
interface Told {
  data: object;
  text: string;
}

/**
 * Sends what a verb asks for, waits until it is in a block, and prints what happened; in a dry run tries it on the newest
 * block, and prints what would happen.
 */
export function send<Done extends { receipt: ContractTransactionReceipt }>(
  options: SendOptions,
  act: Act<Done>,
  tell: (done: Done) => Told,
): Promise<void> {
  return inSession(options, async (session) => {
    const signer = await session.signer();
    if (options.dryRun) return tryOut(session, signer, act, options);
    const done = await act({ protocol: session.protocol, signer });
    const { data, text } = tell(done);
    const { hash, blockNumber, fee } = done.receipt;
    print(
      { ...data, transaction: hash, blockNumber, feeWei: fee },
      {
        ...options,
        text: `${text}\nin block ${blockNumber} as ${hash}, for ${formatEther(fee, 6)} ether of gas`,
      },
    );
  });
}

async function tryOut(
  { protocol, provider }: Session,
  signer: Signer,
  act: Act<unknown>,
  options: SendOptions,
): Promise<void> {
  const { from, call, result, gas } = await trialOf(() =>
    act({ protocol, signer: new TryingSigner(signer) }),
  );
  const [[decoded], { gasPrice, maxFeePerGas }] = await Promise.all([
    decodeCalls(protocol, [call]),
    provider.getFeeData(),
  ]);
  const effect = effectOf(protocol, decoded!, call, result);
  const gasWei = gas * (gasPrice ?? 0n);
  const mostGasWei = gas * (maxFeePerGas ?? gasPrice ?? 0n);
  print(
    { dryRun: true, from, calls: [decoded!], effect, gas, gasWei, mostGasWei },
    {
      ...options,
      text: [
        `${from} would call ${callText(decoded!)}`,
        ...Object.entries(effect).map(([name, value]) => `  ${name}: ${shown(name, value)}`),
        `gas: ${gas}, ${formatEther(gasWei, 6)} ether now, ${formatEther(mostGasWei, 6)} at most; nothing was sent`,
      ].join("\n"),
    },
  );
}

async function trialOf(act: () => Promise<unknown>): Promise<Trial> {
  try {
    await act();
  } catch (error) {
    if (error instanceof TriedError) return error.trial;
    throw error;
  }
  throw new FatalError("nothing would be sent");
}

/// What the call returned, by the names of its results.
function effectOf(
  protocol: Protocol,
  { contract, signature }: DecodedCall,
  { data }: Call,
  result: string,
): Record<string, string> {
  const known: Interface | undefined = contract === undefined ? undefined : protocol[contract].interface;
  const called = known?.getFunction(data.slice(0, 10));
  if (!known || !called || signature === data) return {};
  const values = known.decodeFunctionResult(called, result).toArray();
  return Object.fromEntries(
    called.outputs.map(({ name }, i) => [name || "result", printable(abiText(values[i]))]),
  );
}

/// Results with 18 decimals, by the names that contracts give them.
const AMOUNTS = new Set(["shares", "amount", "assets", "paid"]);

function shown(name: string, value: string): string {
  return AMOUNTS.has(name) ? `${formatEther(BigInt(value), 6)} (${value})` : value;
}
