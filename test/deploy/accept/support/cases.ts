import { id, ZeroAddress } from "ethers";
import { STRANGER } from "../../../../scripts/deploy/accept/check.ts";
import { parameter } from "../../../../scripts/deploy/parameters/schema.ts";
import type { DeploymentRecord } from "../../../../scripts/lib/records.ts";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../../../scripts/lib/roles.ts";
import { answering, granting, refusing, revertingWith } from "./code.ts";
import { recode, type Given, type World } from "./world.ts";
import {
  ADMIN,
  GUARDIAN,
  grant,
  revoke,
  asTimelock,
  addressOf,
  slotOf,
  store,
  otherParameters,
  otherRecords,
  estrange,
  replaceStored,
} from "./breaking.ts";

/// One way in which a deployment is broken: what is done, and which checks of the group are not ok then.
export interface Case {
  group: string;
  when: string;
  given?: (w: World) => Promise<Given | void>;
  fails: RegExp;
}

export const CASES: Case[] = [
  {
    group: "code",
    when: "a byte of it is another",
    given: (w) => recode(w, (code) => code.slice(0, -2) + (code.endsWith("00") ? "01" : "00")),
    fails: /^code: /,
  },
  {
    group: "code",
    when: "it is larger than the chain allows",
    given: async (w) => {
      await recode(w, () => `0x${"00".repeat(24_577)}`);
      return { grants: w.grants };
    },
    fails: /./,
  },
  {
    group: "creation",
    when: "it is recorded in another block",
    given: async (w) => ({
      records: otherRecords(w, ({ blockNumber }) => ({ blockNumber: blockNumber + 1 })),
    }),
    fails: /./,
  },
  {
    group: "creation",
    when: "it is recorded at another address",
    given: async (w) => ({ records: otherRecords(w, () => ({ address: STRANGER })) }),
    fails: /./,
  },
  {
    group: "creation",
    when: "it is recorded with the transaction of another",
    given: async (w) => {
      const { transactionHash } = w.given.records.get("Authority")!;
      return { records: otherRecords(w, () => ({ transactionHash })) };
    },
    fails: /: (?!Authority)/,
  },
  {
    group: "creation",
    when: "it is recorded with other arguments",
    given: async (w) => {
      const change = ({ constructorArguments: [, ...rest] }: DeploymentRecord) => ({
        constructorArguments: [STRANGER, ...rest],
      });
      return { records: otherRecords(w, change) };
    },
    fails: /./,
  },
  {
    group: "creation",
    when: "it is recorded with other ether",
    given: async (w) => {
      const change = ({ constructorArguments: args }: DeploymentRecord) => ({
        constructorArguments: [
          ...args.filter((arg) => !Object.hasOwn(Object(arg) as object, "value")),
          { value: "1" },
        ],
      });
      return { records: otherRecords(w, change) };
    },
    fails: /./,
  },
  {
    group: "creation",
    when: "another deployed it",
    given: async () => ({ deployer: STRANGER }),
    fails: /./,
  },
  {
    group: "creation",
    when: "it has another label",
    given: async (w) => ({ parameters: { ...w.given.parameters, label: parameter("2", "label", "a test") } }),
    fails: /./,
  },
  {
    group: "parameters",
    when: "the file says otherwise",
    given: async (w) => ({ parameters: otherParameters(w.given.parameters), deployer: STRANGER }),
    fails: /: (?!WithdrawalVault)/,
  },
  {
    group: "parameters",
    when: "requests go to another contract",
    given: async (w) => {
      const vault = w.given.protocol.WithdrawalVault.connect(await w.as(ADMIN));
      await vault.setWithdrawalTarget(addressOf(w, "StakedEther"));
      await vault.setConsolidationTarget(addressOf(w, "StakedEther"));
    },
    fails: /: WithdrawalVault/,
  },
  {
    group: "links",
    when: "contracts name a stranger",
    given: async (w) => {
      await estrange(w);
      await replaceStored(w, "StakerGovernor", addressOf(w, "ExitWindowTimelock"));
    },
    fails: /./,
  },
  {
    group: "roles",
    when: "a stranger has one more",
    given: async (w) => void (await grant(w, "PARAMETER_MANAGER", STRANGER)),
    fails: /^role: PARAMETER_MANAGER$|^roles: the record$/,
  },
  {
    group: "roles",
    when: "a contract has one less",
    given: async (w) => void (await revoke(w, "WITNESS", addressOf(w, "SlashingOracle"))),
    fails: /^role: WITNESS$|^roles: the record$/,
  },
  {
    group: "roles",
    when: "a stranger has them all",
    given: async (w) => {
      const own = ["DEFAULT_ADMIN_ROLE", "PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"];
      const roles = {
        Authority: [ADMIN_ROLE, ...ROLE_NAMES.map(roleId)],
        ExitWindowTimelock: own.map((name) => (name === "DEFAULT_ADMIN_ROLE" ? ADMIN_ROLE : id(name))),
      };
      for (const name of ["Authority", "ExitWindowTimelock"] as const) {
        const code = await w.given.provider.getCode(addressOf(w, name));
        await w.setCode(name, granting(roles[name], STRANGER));
        await (await w.chain.deployer.sendTransaction({ to: addressOf(w, name) })).wait();
        await w.setCode(name, code);
      }
    },
    fails: /^role: |^roles: (the record|members and events agree)$/,
  },
  {
    group: "roles",
    when: "somebody has a role that nothing declares",
    given: async (w) => {
      const authority = w.given.protocol.Authority.connect(await w.as(ADMIN));
      await authority.grantRole(id("kedge.role.SECRET"), ADMIN);
    },
    fails: new RegExp(`^role: ${id("kedge.role.SECRET")}$|^roles: the record$`),
  },
  {
    group: "roles",
    when: "one that moves ether is not frozen",
    given: async (w) => void (await store(w, slotOf(roleId("LEDGER"), 2), "0x00")),
    fails: /^roles: (frozen|the record)$/,
  },
  {
    group: "roles",
    when: "one has another admin",
    given: async (w) => void (await store(w, slotOf(roleId("GUARDIAN"), 0) + 1n, roleId("PAUSER"))),
    fails: /^roles: the admin of each$/,
  },
  {
    group: "deployer",
    when: "it has a role",
    given: async (w) => void (await grant(w, "GUARDIAN", w.given.deployer)),
    fails: /: no role/,
  },
  {
    group: "deployer",
    when: "it has shares",
    given: async (w) => {
      await w.given.protocol.StakedEther.connect(w.chain.deployer).stake(ZeroAddress, { value: 10n ** 18n });
    },
    fails: /: no share/,
  },
  {
    group: "deployer",
    when: "it owns a member of the committee",
    given: async (w) =>
      void (await w.given.protocol.CommitteeBonds.connect(w.chain.deployer).register(w.given.deployer)),
    fails: /: no member/,
  },
  {
    group: "deployer",
    when: "a member of the committee is offered to it",
    given: async (w) => {
      const owner = await w.given.protocol.CommitteeBonds.ownerOf(1n);
      await w.given.protocol.CommitteeBonds.connect(await w.as(owner)).proposeOwner(1n, w.given.deployer);
    },
    fails: /: no member/,
  },
  {
    group: "deployer",
    when: "it is an operator",
    given: async (w) =>
      void (await w.given.protocol.OperatorRegistry.connect(w.chain.deployer).register(w.given.deployer, 0n)),
    fails: /: no operator/,
  },
  {
    group: "deployer",
    when: "the timelock waits for a governor's name",
    given: (w) => w.setCode("ExitWindowTimelock", answering(1)),
    fails: /: names no governor/,
  },
  {
    group: "powers",
    when: "everything is open to everyone",
    given: async (w) => {
      await recode(w, () => answering(1));
      return { grants: w.grants };
    },
    fails: /is refused to a stranger$/,
  },
  {
    group: "powers",
    when: "what is missing to a stranger is another role",
    given: async (w) => {
      await recode(w, () => revertingWith("Unauthorized(address,bytes32)", [STRANGER, ADMIN_ROLE]));
      return { grants: w.grants };
    },
    fails: /is refused to a stranger$/,
  },
  {
    group: "powers",
    when: "nobody has a role",
    given: (w) => w.setCode("Authority", answering(0)),
    fails:
      /^power: (?!Authority|ExitWindowTimelock|StakerGovernor).*is open to its holders$|^power: Authority.* is refused/,
  },
  {
    group: "powers",
    when: "events tell of nobody",
    given: async (w) => {
      await w.setCode("StakerGovernor", refusing("GovernorOnlyExecutor"));
      return { grants: [] };
    },
    fails: /is open to its holders$/,
  },
  {
    group: "brake",
    when: "there is no guardian",
    given: async (w) => void (await revoke(w, "GUARDIAN", GUARDIAN)),
    fails: /for each guardian/,
  },
  {
    group: "brake",
    when: "it may pause nothing",
    given: async (w) => void (await revoke(w, "PAUSER", addressOf(w, "EmergencyBrake"))),
    fails: /for each guardian/,
  },
  {
    group: "brake",
    when: "it is gone",
    given: (w) => w.setCode("EmergencyBrake", "0x"),
    fails: /./,
  },
  {
    group: "brake",
    when: "anyone pulls it",
    given: (w) => w.setCode("EmergencyBrake", answering(1)),
    fails: /for nobody else/,
  },
  {
    group: "governance",
    when: "the admin manages no parameters",
    given: async (w) => void (await revoke(w, "PARAMETER_MANAGER", ADMIN)),
    fails: /: the admin moves/,
  },
  {
    group: "governance",
    when: "the admin is no admin",
    given: async (w) => {
      const authority = w.given.protocol.Authority.connect(await w.as(ADMIN));
      await authority.renounceRole(ADMIN_ROLE, ADMIN);
    },
    fails: /: the admin grants/,
  },
  {
    group: "governance",
    when: "the deployer is the admin too",
    given: async (w) => {
      await w.given.protocol.Authority.connect(await w.as(ADMIN)).grantRole(ADMIN_ROLE, w.given.deployer);
      await grant(w, "PARAMETER_MANAGER", w.given.deployer);
    },
    fails: /: the deployer/,
  },
  {
    group: "governance",
    when: "the governor does not propose to the timelock",
    given: async (w) =>
      void (await (await asTimelock(w)).revokeRole(id("PROPOSER_ROLE"), addressOf(w, "StakerGovernor"))),
    fails: /: the governor queues/,
  },
  {
    group: "governance",
    when: "somebody else proposes to the timelock",
    given: async (w) => void (await (await asTimelock(w)).grantRole(id("PROPOSER_ROLE"), w.given.deployer)),
    fails: /: nobody else queues/,
  },
  {
    group: "governance",
    when: "the governor takes any proposal",
    given: (w) => w.setCode("StakerGovernor", answering(1)),
    fails: /: who has no shares/,
  },
  {
    group: "ledger",
    when: "the file says otherwise",
    given: async (w) => ({ parameters: otherParameters(w.given.parameters) }),
    fails: /chain|seed|deposit|domain|slots|today|committee/,
  },
  {
    group: "ledger",
    when: "withdrawals go elsewhere",
    given: estrange,
    fails: /credentials/,
  },
  {
    group: "ledger",
    when: "another account is closed",
    given: async (w) => {
      await grant(w, "CLOSED_ACCOUNT", addressOf(w, "InstantExit"));
      await w.given.protocol.StakedEther.connect(w.chain.deployer).closeAccount(addressOf(w, "InstantExit"));
    },
    fails: /closed accounts/,
  },
  {
    group: "ledger",
    when: "the committee has no weight",
    given: (w) => w.setCode("OracleCommittee", answering(0)),
    fails: /first report|committee/,
  },
];
