import {
  isError,
  type BaseContract,
  type BrowserProvider,
  type JsonRpcApiProvider,
  type Result,
} from "ethers";
import { abiText } from "../lib/abiText.ts";
import { FatalError } from "../lib/errors.ts";
import type { Call } from "../lib/proposals.ts";
import { CONTRACT_NAMES, type ContractName, type Protocol } from "../lib/protocol.ts";
import { refusalOf } from "../lib/reverts.ts";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../lib/roles.ts";

/** What a proposal would do if it were executed now. */
export interface Simulation {
  /** Why a call reverted; none where all went through. */
  failure?: string;
  /** What the protocol's contracts told, in order. */
  events: string[];
  /** Every figure of the protocol that is another than it would be without the proposal. */
  changes: { contract: ContractName; figure: string; before: string; after: string }[];
  invariants: { name: string; holds: boolean }[];
  /** Calls to the governor itself: it obeys them in a decision alone, so that they cannot be tried. */
  untried: Call[];
}

/** A node of one's own: only such a one takes back what was tried. */
type LocalProvider = BrowserProvider | JsonRpcApiProvider;

const SECONDS_PER_BLOCK = 12;
/** JSON-RPC's code for a method that a node knows and does not offer. */
const METHOD_NOT_SUPPORTED = -32004;
const ONE_ETHER = "0xde0b6b3a7640000";

/**
 * Makes the calls in the timelock's name on a snapshot of a local chain (or of a fork on a local node), compares
 * everything that the protocol says of itself with what it would say without them, and takes all back.
 *
 * @throws FatalError where the node knows no snapshots
 */
export async function simulateProposal(
  provider: LocalProvider,
  protocol: Protocol,
  all: readonly Call[],
): Promise<Simulation> {
  const governor = (await protocol.StakerGovernor.getAddress()).toLowerCase();
  const untried = all.filter(({ target }) => target.toLowerCase() === governor);
  const calls = all.filter((call) => !untried.includes(call));
  const latest = await provider.getBlock("latest");
  if (latest === null) throw new FatalError("the chain has no block");
  const times = calls.map((_, i) => latest.timestamp + SECONDS_PER_BLOCK * (i + 1));

  const without = await onSnapshot(provider, async () => {
    for (const time of times) {
      await setTime(provider, time);
      await provider.send("evm_mine", []);
    }
    return observe(provider, protocol);
  });
  return onSnapshot(provider, async () => {
    const events: string[] = [];
    try {
      for (const [i, call] of calls.entries()) {
        events.push(...(await callAsTimelock(provider, protocol, call, times[i]!)));
      }
    } catch (error) {
      if (!(error instanceof FatalError)) throw error;
      return { failure: error.message, events, changes: [], invariants: [], untried };
    }
    const then = await observe(provider, protocol);
    return { events, changes: changesOf(without, then), invariants: invariantsOf(without, then), untried };
  });
}

async function onSnapshot<T>(provider: LocalProvider, act: () => Promise<T>): Promise<T> {
  let snapshot: string;
  try {
    snapshot = (await provider.send("evm_snapshot", [])) as string;
  } catch (error) {
    throw new FatalError(
      "the node takes no snapshots: simulate on a local one, or on its fork of the network",
      {
        cause: error,
      },
    );
  }
  try {
    return await act();
  } finally {
    await provider.send("evm_revert", [snapshot]);
  }
}

/** The same time for both runs; a chain whose blocks have fixed times refuses, and needs no such help. */
async function setTime(provider: LocalProvider, time: number): Promise<void> {
  try {
    await provider.send("evm_setNextBlockTimestamp", [time]);
  } catch (error) {
    if ((error as { error?: { code?: unknown } }).error?.code !== METHOD_NOT_SUPPORTED) throw error;
  }
}

async function callAsTimelock(
  provider: LocalProvider,
  protocol: Protocol,
  { target, value, data }: Call,
  time: number,
): Promise<string[]> {
  const timelock = await protocol.ExitWindowTimelock.getAddress();
  await provider.send("hardhat_setBalance", [timelock, ONE_ETHER]);
  await provider.send("hardhat_impersonateAccount", [timelock]);
  try {
    // a revert is told by the call, with its reason; the transaction alone would hide it
    await provider.call({ from: timelock, to: target, value, data });
    await setTime(provider, time);
    const hash = (await provider.send("eth_sendTransaction", [
      { from: timelock, to: target, data, value: `0x${value.toString(16)}` },
    ])) as string;
    const receipt = await provider.waitForTransaction(hash);
    if (receipt?.status !== 1) throw new FatalError(`the call to ${target} failed`);
    return await eventsOf(protocol, receipt.logs);
  } catch (error) {
    throw refusalOf(protocol, error) ?? error;
  } finally {
    await provider.send("hardhat_stopImpersonatingAccount", [timelock]);
  }
}

async function eventsOf(
  protocol: Protocol,
  logs: readonly { address: string; topics: readonly string[]; data: string }[],
): Promise<string[]> {
  const lines: string[] = [];
  for (const log of logs) {
    for (const name of CONTRACT_NAMES) {
      if ((await protocol[name].getAddress()).toLowerCase() !== log.address.toLowerCase()) continue;
      const event = protocol[name].interface.parseLog(log);
      if (event !== null) lines.push(`${name}.${event.name}(${event.args.map(abiText).join(", ")})`);
    }
  }
  return lines;
}

/** Everything that the protocol says of itself without being asked about somebody. */
interface Observed {
  figures: Map<string, { contract: ContractName; figure: string; value: string }>;
  balances: Map<ContractName, bigint>;
  wrapped: { supply: bigint; shares: bigint };
}

async function observe(provider: LocalProvider, protocol: Protocol): Promise<Observed> {
  const figures: Observed["figures"] = new Map();
  const balances: Observed["balances"] = new Map();
  for (const contract of CONTRACT_NAMES) {
    balances.set(contract, await provider.getBalance(protocol[contract]));
    for (const { key, figure, value } of await figuresOf(protocol[contract])) {
      figures.set(`${contract}.${key}`, { contract, figure, value });
    }
  }
  const { Authority: authority, StakedEther: ledger, WrappedStakedEther: wrapper } = protocol;
  const roles = [["ADMIN", ADMIN_ROLE], ...ROLE_NAMES.map((name) => [name, roleId(name)])] as const;
  for (const [name, role] of roles) {
    const value = [...(await authority.getRoleMembers(role))].sort().join(", ");
    figures.set(`role ${name}`, { contract: "Authority", figure: `holders of ${name}`, value });
  }
  const { ExitWindowTimelock: timelock, StakerGovernor: governor } = protocol;
  const named = { proposes: await timelock.PROPOSER_ROLE(), cancels: await timelock.CANCELLER_ROLE() };
  for (const [verb, role] of Object.entries(named)) {
    const value = String(await timelock.hasRole(role, governor));
    figures.set(`timelock ${verb}`, {
      contract: "ExitWindowTimelock",
      figure: `the governor ${verb}`,
      value,
    });
  }
  for (const contract of CONTRACT_NAMES) {
    const value = String(await ledger.sharesOf(protocol[contract]));
    figures.set(`shares ${contract}`, { contract: "StakedEther", figure: `shares of ${contract}`, value });
  }
  return {
    figures,
    balances,
    wrapped: { supply: await wrapper.totalSupply(), shares: await ledger.sharesOf(wrapper) },
  };
}

/** The answers of all views without arguments, each result by its name. */
async function figuresOf(contract: BaseContract): Promise<{ key: string; figure: string; value: string }[]> {
  const found: { key: string; figure: string; value: string }[] = [];
  for (const fragment of contract.interface.fragments) {
    if (fragment.type !== "function") continue;
    const view = contract.interface.getFunction(fragment.format("sighash"));
    if (view === null || !view.constant || view.inputs.length > 0) continue;
    let results: Result;
    try {
      results = await contract.getFunction(view).staticCallResult();
    } catch (error) {
      if (!isError(error, "CALL_EXCEPTION")) throw error;
      continue;
    }
    view.outputs.forEach((output, i) => {
      const result = results[i] as unknown;
      const names = output.components?.map(({ name }) => name) ?? [];
      if (names.length === 0 || !Array.isArray(result)) {
        const figure = output.name ? `${view.name}.${output.name}` : view.name;
        found.push({ key: `${view.name}.${i}`, figure, value: abiText(result) });
        return;
      }
      names.forEach((name, j) =>
        found.push({
          key: `${view.name}.${i}.${j}`,
          figure: `${view.name}.${name}`,
          value: abiText(result[j]),
        }),
      );
    });
  }
  return found;
}

function changesOf(without: Observed, then: Observed): Simulation["changes"] {
  return [...new Set([...without.figures.keys(), ...then.figures.keys()])].flatMap((key) => {
    const [old, fresh] = [without.figures.get(key), then.figures.get(key)];
    const [before, after] = [old?.value ?? "none", fresh?.value ?? "none"];
    const { contract, figure } = (fresh ?? old)!;
    return before === after ? [] : [{ contract, figure, before, after }];
  });
}

/** What should be as it would be without the proposal, at the moment of its execution. */
function invariantsOf(without: Observed, then: Observed): Simulation["invariants"] {
  const same = (...keys: string[]) =>
    keys.every((key) => {
      const before = without.figures.get(key)?.value;
      return before !== undefined && before === then.figures.get(key)?.value;
    });
  return [
    {
      name: "GOV-1: who administers, and who proposes to the timelock, stays",
      holds: same("role ADMIN", "timelock proposes"),
    },
    { name: "who sends ether out of the ledger stays", holds: same("role LEDGER", "role WITHDRAWAL_QUEUE") },
    {
      name: "POOL-2: no contract's ether moved",
      holds: [...then.balances].every(
        ([name, wei]) => name === "ExitWindowTimelock" || wei === without.balances.get(name),
      ),
    },
    {
      name: "TOK-1: no share came or went, and none of a contract's",
      holds: same("StakedEther.totalUnits.0", ...CONTRACT_NAMES.map((name) => `shares ${name}`)),
    },
    { name: "TOK-3: the rate is what it would be", holds: same("WrappedStakedEther.getRate.0") },
    {
      name: "TOK-4: the wrapper has a share for each wkETH",
      holds: then.wrapped.supply === then.wrapped.shares,
    },
  ];
}
