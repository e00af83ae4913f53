import { keccak256, toBeHex, zeroPadValue, AbiCoder } from "ethers";
import { addressOf as addressIn, STRANGER } from "../../../../scripts/deploy/accept/check.ts";
import { parameter, type Parameters } from "../../../../scripts/deploy/parameters/schema.ts";
import { localAddress } from "../../../../scripts/lib/localAccounts.ts";
import { CONTRACT_NAMES, type ContractName } from "../../../../scripts/lib/protocol.ts";
import { Records, type DeploymentRecord } from "../../../../scripts/lib/records.ts";
import { roleId, type RoleName } from "../../../../scripts/lib/roles.ts";
import { recode, type World } from "./world.ts";

export const ADMIN = localAddress("admin");
export const GUARDIAN = localAddress("guardian");

/// As the admin.
export const grant = async (w: World, role: RoleName, who: string) =>
  w.given.protocol.Authority.connect(await w.as(ADMIN)).grantRole(roleId(role), who);
export const revoke = async (w: World, role: RoleName, who: string) =>
  w.given.protocol.Authority.connect(await w.as(ADMIN)).revokeRole(roleId(role), who);
export const asTimelock = async (w: World) =>
  w.given.protocol.ExitWindowTimelock.connect(await w.as(addressOf(w, "ExitWindowTimelock")));
export const addressOf = (w: World, name: ContractName) => addressIn(w.given, name);

/// Where the authority keeps what it says of a role, in a mapping of that slot.
export const slotOf = (role: string, mapping: number) =>
  BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [role, mapping])));
export const store = (w: World, slot: bigint, value: string) =>
  w.request("hardhat_setStorageAt", addressOf(w, "Authority"), toBeHex(slot), zeroPadValue(value, 32));

/// Each parameter is another one.
export function otherParameters(parameters: Parameters): Parameters {
  const other = (value: unknown): unknown => {
    if (typeof value === "bigint") return value + 1n;
    if (typeof value === "boolean") return !value;
    if (typeof value === "string") return value.length === 42 ? STRANGER : `${value.slice(0, -1)}9`;
    if (Array.isArray(value)) return value.map(other);
    return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, other(inner)]));
  };
  return Object.fromEntries(
    Object.entries(parameters).map(([name, p]) => [name, parameter(other(p.value), p.unit, p.reason)]),
  ) as unknown as Parameters;
}

/// Records of which each is another one.
export function otherRecords(
  w: World,
  change: (record: DeploymentRecord) => Partial<DeploymentRecord>,
): Records {
  const records = new Records();
  for (const name of CONTRACT_NAMES) {
    const record = w.given.records.get(name)!;
    records.set(name, { ...record, ...change(record) });
  }
  return records;
}

/// All contracts name a stranger where they named each other.
export async function estrange(w: World): Promise<void> {
  const addresses = CONTRACT_NAMES.map((name) => addressOf(w, name).slice(2).toLowerCase());
  await recode(w, (code) =>
    addresses.reduce((text, address) => text.replaceAll(address, STRANGER.slice(2).toLowerCase()), code),
  );
}

/// What a contract has in storage, not in its code.
export async function replaceStored(w: World, name: ContractName, address: string): Promise<void> {
  const wanted = zeroPadValue(address, 32).toLowerCase();
  for (let slot = 0; slot < 40; slot++) {
    if ((await w.given.provider.getStorage(w.given.protocol[name], slot)) !== wanted) continue;
    await w.request(
      "hardhat_setStorageAt",
      addressOf(w, name),
      `0x${slot.toString(16)}`,
      zeroPadValue(STRANGER, 32),
    );
  }
}
