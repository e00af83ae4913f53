import { expect } from "chai";
import { Contract, id, Interface, ZeroAddress, type BaseContract } from "ethers";
import { pageFindings } from "../../scripts/pages/compare.ts";
import { readGrants, type Grant } from "../../scripts/deploy/grants.ts";
import { nameHolders } from "../../scripts/pages/grants.ts";
import type { Caller, GuardedFunction } from "../../scripts/pages/guardReader.ts";
import { page } from "../../scripts/pages/markdown.ts";
import { isSetByGovernance, permissionBlocks, permissionsOf } from "../../scripts/pages/permissions.ts";
import type { Subject } from "../../scripts/pages/subjects.ts";
import { compileHarness } from "../lib/solidity.ts";

const ADMIN = "0x00000000000000000000000000000000000000A1";
const BRAKE = "0x00000000000000000000000000000000000000B2";
const LEDGER = "0x00000000000000000000000000000000000000c3";
const STRANGER = "0x00000000000000000000000000000000000000D4";

const NAMES = new Map([
  [ADMIN.toLowerCase(), "admin"],
  [BRAKE.toLowerCase(), "Brake"],
  [LEDGER.toLowerCase(), "Ledger"],
]);

const GRANTS: Grant[] = [
  { keeper: "Authority", role: "PAUSER", accounts: [ADMIN, BRAKE], frozen: false },
  { keeper: "Authority", role: "DEFAULT_ADMIN_ROLE", accounts: [ADMIN], frozen: true },
];

const guarded = (contract: string, signature: string, ...callers: Caller[]): GuardedFunction => ({
  contract,
  signature,
  guards: [{ callers }],
});

const subject = (abi: string[], answers: Record<string, unknown> = {}): Subject => ({
  abi: new Interface(abi),
  firstArguments: [],
  read: async (view) => answers[view],
  refuses: async () => false,
});

const PAUSER: Caller = { kind: "role", keeper: "Authority", role: "PAUSER" };

function permissions(functions: GuardedFunction[]) {
  const { holders } = nameHolders(GRANTS, NAMES);
  const subjects = new Map([
    ["Queue", subject(["function ledger() view returns (address)"], { ledger: LEDGER })],
    ["Governor", subject(["function timelock() view returns (address)"], { timelock: ADMIN })],
  ]);
  const roles = [{ name: "PAUSER", says: "Pauses." }];
  return permissionsOf({ functions, roles, grants: GRANTS, holders, names: NAMES, subjects });
}

describe("check/pages: permissions", () => {
  it("fails where somebody has a role whom the deployment does not name", () => {
    const grants = [...GRANTS, { keeper: "Authority", role: "KEEPER", accounts: [STRANGER] }];
    expect(nameHolders(grants, NAMES).findings).to.deep.equal([
      `KEEPER is held by ${STRANGER}, which the deployment does not name`,
    ]);
    expect(nameHolders(GRANTS, NAMES).findings).to.deep.equal([]);
  });

  it("fails where a role was granted that nothing declares", () => {
    const grants = [{ keeper: "Authority", role: id("kedge.role.SECRET"), accounts: [ADMIN] }];
    expect(nameHolders(grants, NAMES).findings).to.deep.equal([
      `Authority has granted ${id("kedge.role.SECRET")}, which is no role that is declared`,
    ]);
  });

  it("knows who governs, and what is for anyone", () => {
    const grants = [...GRANTS, { keeper: "Wait", role: "EXECUTOR_ROLE", accounts: [ZeroAddress] }];
    const { holders, findings } = nameHolders(grants, NAMES);
    expect(findings).to.deep.equal([]);
    expect(holders.get("PAUSER")).to.deep.equal([
      { name: "Brake", governs: false },
      { name: "admin", governs: true },
    ]);
    expect(holders.get("Wait.EXECUTOR_ROLE")).to.deep.equal([{ name: "anyone", governs: false }]);
  });

  it("says of each function who may call it, and after which delay", async () => {
    const { functions, fixed, owned, roles } = await permissions([
      guarded("Queue", "pause()", PAUSER),
      guarded("Governor", "setVotingDelay(uint48)", { kind: "governance" }),
      guarded("Later", "grantRole(bytes32, address)", {
        kind: "role",
        keeper: "Authority",
        role: "getRoleAdmin(role)",
      }),
      guarded("Queue", "close(address)", { ...PAUSER, account: "account" }),
      guarded("Queue", "receive()", { kind: "contract", variable: "ledger" }),
      guarded(
        "Queue",
        "sweep()",
        { kind: "contract", variable: "_other" },
        { kind: "contract", variable: "this" },
      ),
      guarded("Queue", "claim(uint256)", { kind: "condition", text: "ownerOf(id) == msg.sender" }),
    ]);
    expect(functions.map((row) => Object.values(row))).to.deep.equal([
      ["Queue", "pause()", "`PAUSER`", ["Brake", "admin"], "none, governed"],
      ["Governor", "setVotingDelay(uint48)", "a vote", ["admin"], "governed"],
      ["Later (not deployed)", "grantRole(bytes32, address)", "`DEFAULT_ADMIN_ROLE`", ["admin"], "governed"],
      ["Queue", "close(address)", "that `account` has `PAUSER`", ["Brake", "admin"], "none, governed"],
    ]);
    expect(fixed.map(({ signature, callers }) => [signature, callers])).to.deep.equal([
      ["receive()", "`Ledger`"],
      ["sweep()", "`_other` or itself"],
    ]);
    expect(owned.map(({ signature, callers }) => [signature, callers])).to.deep.equal([
      ["claim(uint256)", "`ownerOf(id) == msg.sender`"],
    ]);
    expect(roles.map(({ role, holders, frozen }) => [role, holders, frozen])).to.deep.equal([
      ["DEFAULT_ADMIN_ROLE", ["admin"], true],
      ["PAUSER", ["Brake", "admin"], false],
    ]);
  });

  it("fails where the page lacks a guarded function, or has one that is gone", async () => {
    const path = "docs/permissions.md";
    const text = async (functions: GuardedFunction[]) =>
      page(path, permissionBlocks(await permissions(functions)));
    const pause = guarded("Queue", "pause()", PAUSER);
    const resume = guarded("Queue", "resumeForEverybody()", PAUSER);

    const one = await text([pause]);
    const both = await text([pause, resume]);
    const row = "| Queue | `resumeForEverybody()` | `PAUSER` | `Brake`, `admin` | none, governed |";
    const last = `${path} is out of date: npm run docs:generate writes it anew`;
    expect(pageFindings(path, one, one)).to.deep.equal([]);
    expect(pageFindings(path, one, both)).to.deep.equal([`${path} lacks: ${row}`, last]);
    expect(pageFindings(path, both, one)).to.deep.equal([`${path} says, and should not: ${row}`, last]);
    expect(pageFindings(path, undefined, one)).to.deep.equal([
      `${path} is not there: npm run docs:generate writes it`,
    ]);
  });

  it("counts what differs beyond a few lines, and notices what is no word", () => {
    const many = Array.from({ length: 8 }, (_, i) => `line ${i}`).join("\n");
    const findings = pageFindings("a.md", "", many);
    expect(findings).to.have.length(7);
    expect(findings[5]).to.equal("a.md differs in 3 more lines");
    expect(pageFindings("a.md", "a\n", "a\n\n")).to.have.length(1);
  });

  it("tells functions of governance from those of others", () => {
    const governing = new Set(["Wait"]);
    const isSet = (contract: string, caller: Caller) =>
      isSetByGovernance(guarded(contract, "set()", caller), governing);
    expect(isSet("Queue", { ...PAUSER, role: "PARAMETER_MANAGER" })).to.equal(true);
    expect(isSet("Queue", { ...PAUSER, role: "PARAMETER_MANAGER", account: "a" })).to.equal(false);
    expect(isSet("Queue", PAUSER)).to.equal(false);
    expect(isSet("Governor", { kind: "governance" })).to.equal(true);
    expect(isSet("Wait", { kind: "contract", variable: "this" })).to.equal(true);
    expect(isSet("Queue", { kind: "contract", variable: "this" })).to.equal(false);
    expect(isSet("Wait", { kind: "contract", variable: "ledger" })).to.equal(false);
  });

  describe("of contracts that keep roles", () => {
    let keeper: BaseContract;
    let holder: string;

    before(async () => {
      const deploy = await compileHarness(`
        // SPDX-License-Identifier: MIT
        pragma solidity 0.8.37;
        import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

        contract Keeper is AccessControl {
            bytes32 public constant CLEANER_ROLE = keccak256("CLEANER_ROLE");
            mapping(bytes32 => bool) public isFrozen;

            constructor() {
                _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
                _grantRole(CLEANER_ROLE, msg.sender);
                _grantRole(CLEANER_ROLE, address(this));
                _revokeRole(CLEANER_ROLE, msg.sender);
                _grantRole(keccak256("kedge.role.PAUSER"), address(this));
                _grantRole(keccak256("kedge.role.GONE"), address(this));
                _revokeRole(keccak256("kedge.role.GONE"), address(this));
                _grantRole(keccak256("unheard of"), address(this));
                isFrozen[CLEANER_ROLE] = true;
            }
        }`);
      keeper = await deploy("Keeper");
      holder = await keeper.getAddress();
    });

    const grantsOf = async (name: string) =>
      readGrants([{ name, contract: new Contract(holder, keeper.interface, keeper.runner) }], ["PAUSER"]);

    it("reads who holds what from their events, and what is frozen", async () => {
      const grants = await grantsOf("Authority");
      const held = grants.map(({ role, accounts, frozen }) => [role, accounts.length, frozen]);
      expect(held).to.deep.equal([
        ["DEFAULT_ADMIN_ROLE", 1, false],
        ["PAUSER", 1, false],
        ["CLEANER_ROLE", 1, true],
        [id("kedge.role.GONE"), 0, false],
        [id("unheard of"), 1, false],
      ]);
      expect(grants[2]!.accounts).to.deep.equal([holder]);
    });

    it("knows the protocol's roles in the authority alone", async () => {
      const roles = (await grantsOf("Wait")).map(({ role }) => role);
      expect(roles).to.include(id("kedge.role.PAUSER")).and.to.include("CLEANER_ROLE");
      expect(roles).not.to.include("PAUSER");
    });
  });
});
