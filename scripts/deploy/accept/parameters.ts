import type { BaseContract, Result } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import type { ContractName, Protocol } from "../../lib/protocol.ts";
import type { Records } from "../../lib/records.ts";
import type { Parameters } from "../parameters/schema.ts";
import { FIXED } from "../tables/fixed.ts";
import { SETTINGS } from "../tables/settings.ts";
import type { Fixed, ParameterName, Setting, View } from "../tables/tables.ts";
import { isSame, shown, type Ground, type Question } from "./check.ts";
import { governedChange } from "./changes.ts";

type Row = Fixed<ParameterName> | Setting<ParameterName>;

/// Where requests go on every network, by EIP-7002 and EIP-7251.
const WITHDRAWAL_REQUESTS = "0x00000961Ef480Eb55e80D19ad83579A64c007002";
const CONSOLIDATION_REQUESTS = "0x0000BBdDc7CE488642fb579F8B00f3a590007251";

/// Rows whose first value is no parameter as it stands, by contract and name.
const DERIVED: Record<string, (ground: Ground) => unknown> = {
  "Authority.admin": ({ deployer }) => deployer,
  "ExitWindowTimelock.appointer": ({ deployer }) => deployer,
  "OracleCommittee.frameSeconds": ({ parameters }) => frameSeconds(parameters),
  "StakedEther.frameSeconds": ({ parameters }) => frameSeconds(parameters),
  "ProtocolLens.epochSeconds": ({ parameters: p }) => p.slotsPerEpoch.value * p.secondsPerSlot.value,
  "WithdrawalVault.withdrawalTarget": () => WITHDRAWAL_REQUESTS,
  "WithdrawalVault.consolidationTarget": () => CONSOLIDATION_REQUESTS,
};

/// Each parameter of the tables, as the contract tells it; as it was constructed with, where the contract does not tell.
/// The committee, whose members come and go, is looked at elsewhere.
export function parameterQuestions(ground: Ground): Question[] {
  const rows: Row[] = [...FIXED, ...SETTINGS].filter(({ parameter }) => parameter !== "committee");
  return rows.map((row) => {
    const wanted = wantedOf(row, ground);
    return {
      name: `parameter: ${row.contract}.${row.name}`,
      wanted: shown(wanted),
      ask: async () => {
        const value = await valueOf(row, ground);
        if (isSame(value, wanted)) return { ok: true, got: shown(value) };
        const note = ground.live && "setter" in row ? await governedChange(row, value, ground) : undefined;
        if (note === undefined) return { ok: false, got: shown(value) };
        return { ok: true, got: shown(value), note };
      },
    };
  });
}

/// In seconds.
export function frameSeconds({ slotsPerEpoch, epochsPerFrame, secondsPerSlot }: Parameters): bigint {
  return slotsPerEpoch.value * epochsPerFrame.value * secondsPerSlot.value;
}

function wantedOf(row: Row, ground: Ground): unknown {
  if (row.parameter !== undefined) return ground.parameters[row.parameter].value;
  const derive = DERIVED[`${row.contract}.${row.name}`];
  if (derive === undefined) throw new FatalError(`nothing says what ${row.contract}.${row.name} begins as`);
  return derive(ground);
}

async function valueOf(row: Row, { protocol, records }: Ground): Promise<unknown> {
  return row.value === undefined
    ? recordedInput(row.contract as ContractName, inputOf(row), protocol, records)
    : readView(row.value, row.contract as ContractName, protocol);
}

async function readView({ of, view, args = [], field }: View, contract: ContractName, protocol: Protocol) {
  const callee = protocol[(of ?? contract) as ContractName] as BaseContract;
  const answer: unknown = await callee.getFunction(view).staticCall(...args);
  return field === undefined ? answer : ((answer as Result).getValue(field) as unknown);
}

function inputOf(row: Row): string {
  return ("input" in row ? row.input : undefined) ?? row.name;
}

/// An input of a constructor, or a field of one that is a struct, as it is recorded.
function recordedInput(contract: ContractName, input: string, protocol: Protocol, records: Records): unknown {
  const recorded = records.get(contract)?.constructorArguments ?? [];
  for (const [index, { name, components }] of protocol[contract].interface.deploy.inputs.entries()) {
    if (name === input) return recorded[index];
    if (components?.some((part) => part.name === input)) {
      return (recorded[index] as Record<string, unknown> | undefined)?.[input];
    }
  }
  throw new FatalError(`${contract} is not constructed with ${input}`);
}
