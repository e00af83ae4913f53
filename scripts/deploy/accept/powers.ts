import { id, type BaseContract } from "ethers";
import { ADMIN_ROLE, roleId, type RoleName } from "../../lib/roles.ts";
import type { ContractName } from "../../lib/protocol.ts";
import { ADMIN } from "../grants.ts";
import { plainArguments, outcome, tryFrom, type Refusal } from "./calls.ts";
import { addressOf, isSame, STRANGER, type Ground, type Question } from "./check.ts";
import { holdersIn } from "./roles.ts";

/// What the governor itself guards by the vote.
const GOVERNANCE = "GOVERNANCE";

/// Functions of those that hold a role, by contract and role; docs/permissions.md has them from the code. A role that a
/// contract keeps itself has the contract's name before it.
export const POWERS: Partial<Record<ContractName, Record<string, readonly string[]>>> = {
  Authority: {
    [ADMIN]: ["freezeRole", "grantRole", "handOver", "revokeRole"],
  },
  BeaconDepositor: {
    PAUSER: ["pauseFor"],
    RESUMER: ["resume"],
  },
  BondVault: {
    WITNESS: ["burn", "countArrival", "lock", "raiseBase", "settle"],
    BOND_LOCKER: ["burnHeld", "hold", "release"],
    PARAMETER_MANAGER: ["setBondRatio"],
  },
  CommitteeBonds: {
    COMMITTEE: ["bind", "release"],
    COMMITTEE_JUDGE: ["forfeit"],
  },
  EmergencyBrake: {
    RESUMER: ["arm"],
    GUARDIAN: ["pull"],
  },
  ExitWindowTimelock: {
    "ExitWindowTimelock.CANCELLER_ROLE": ["cancel"],
    "ExitWindowTimelock.DEFAULT_ADMIN_ROLE": ["grantRole", "revokeRole"],
    "ExitWindowTimelock.PROPOSER_ROLE": ["schedule", "scheduleBatch"],
  },
  InstantExit: {
    PARAMETER_MANAGER: ["setParameters"],
  },
  InsuranceReserve: {
    ACCOUNTING: ["coverLoss"],
  },
  KeeperBudget: {
    BUDGET_SPENDER: ["pay", "refund"],
    PARAMETER_MANAGER: ["setBounds", "setJobBudget"],
  },
  MemberEvidence: {
    BALANCE_WITNESS: ["proveFalseBalance"],
  },
  OperatorRegistry: {
    OPERATOR_JUDGE: ["demote"],
    WITNESS: ["jail"],
    OPERATOR_MANAGER: ["setCurated", "setStanding"],
    COMPLIANCE_MANAGER: ["setFlags"],
  },
  OracleCommittee: {
    EVIDENCE: ["expel"],
    COMMITTEE_MANAGER: ["setWeight"],
  },
  ReportOracle: {
    REPORTER: ["applyProven", "resolveParked"],
    REPORT_RESOLVER: ["resolve"],
    PARAMETER_MANAGER: ["setFee", "setLimits"],
  },
  RewardDistributor: {
    PARAMETER_MANAGER: ["setParts", "setTreasury"],
    ACCOUNTING: ["setRoot"],
  },
  RewardsVault: {
    LEDGER: ["sweep"],
  },
  StakeAllocator: {
    PARAMETER_MANAGER: ["setParameters"],
    DEPOSITOR: ["spend"],
  },
  StakedEther: {
    ACCOUNTING: ["bookReport", "collect"],
    SHARE_BURNER: ["burnShares"],
    CLOSED_ACCOUNT: ["closeAccount"],
    DEPOSITOR: ["deposit", "depositUnder"],
    PAUSER: ["pauseStaking"],
    WITHDRAWAL_QUEUE: ["redeem"],
  },
  StakerGovernor: {
    [GOVERNANCE]: ["setAdapter", "setParameters"],
  },
  ValidatorRegistry: {
    WITNESS: ["advance", "markDuplicate", "markForeign"],
    CONSOLIDATOR: ["dropConsolidation", "noteConsolidation"],
    BOND_VAULT: ["markLost", "markOverdue"],
    DEPOSITOR: ["predeposit", "prove", "proveOne", "vouch"],
  },
  WithdrawalQueue: {
    ACCOUNTING: ["endSuspension", "finalize", "suspend"],
    EXIT_HOLDER: ["hold"],
    PAUSER: ["pauseFor"],
    RESUMER: ["resume"],
    PARAMETER_MANAGER: ["setCooldown"],
  },
  WithdrawalVault: {
    CONSOLIDATOR: ["requestConsolidation"],
    EXIT_REQUESTER: ["requestWithdrawals"],
    REQUEST_TARGET_MANAGER: ["setConsolidationTarget", "setWithdrawalTarget"],
    LEDGER: ["sweep"],
  },
  WithheldRewards: {
    OPERATOR_MANAGER: ["lift"],
  },
};

/// Guarded functions that no call shows so, and why.
export const UNTRIED: Record<string, string> = {
  "ExitWindowTimelock.execute": "anyone executes",
  "ExitWindowTimelock.executeBatch": "anyone executes",
  "StakedEther.resumeStaking": "it asks for the role while staking is paused",
};

interface Own {
  contract: ContractName;
  /// Without one: ether that comes in.
  method?: string;
  error: string;
  /// The view whose answer is handed back, where a plain argument would be refused first.
  given?: string;
}

/// Functions of one caller that was fixed at construction, and the error of all others.
export const OWN: readonly Own[] = [
  { contract: "AsyncRedeemer", error: "NotTheQueue" },
  { contract: "ExitWindowTimelock", method: "appoint", error: "NotTheAppointer" },
  {
    contract: "ExitWindowTimelock",
    method: "updateDelay",
    error: "TimelockUnauthorizedCaller",
    given: "getMinDelay",
  },
  { contract: "InstantExit", error: "NotTheLedger" },
  { contract: "KeeperJobs", error: "NotTheExits" },
  { contract: "StakedEther", method: "receiveSwept", error: "NotAVault" },
  { contract: "WithdrawalQueue", error: "NotTheLedger" },
];

/// Each privileged function is refused to a stranger for want of the role, and not for that to who holds it.
export function powerQuestions(ground: Ground): Question[] {
  const byRole = Object.entries(POWERS).flatMap(([contract, roles]) =>
    Object.entries(roles).flatMap(([role, methods]) =>
      methods.flatMap((method) =>
        powerQuestion({ contract: contract as ContractName, role, method }, ground),
      ),
    ),
  );
  return [...byRole, ...OWN.map((own) => ownQuestion(own, ground))];
}

interface Power {
  contract: ContractName;
  role: string;
  method: string;
}

function powerQuestion({ contract, role, method }: Power, ground: Ground): Question[] {
  const to = ground.protocol[contract] as BaseContract;
  const { inputs } = to.interface.getFunction(method)!;
  const refusal = (from: string) =>
    tryFrom(ground.provider, from, { to, method, args: plainArguments(inputs, from) });
  const wanted = role === GOVERNANCE ? "a vote" : role;
  return [
    {
      name: `power: ${contract}.${method} is refused to a stranger`,
      wanted: `for want of ${wanted}`,
      ask: async () => {
        const answer = await refusal(STRANGER);
        return { ok: isForWantOf(role, STRANGER, answer), got: outcome(answer) };
      },
    },
    {
      name: `power: ${contract}.${method} is open to its holders`,
      wanted: `not refused for want of ${wanted}`,
      ask: async () => {
        const holders =
          role === GOVERNANCE ? [addressOf(ground, "ExitWindowTimelock")] : holdersIn(ground, role);
        const answers = await Promise.all(holders.map(refusal));
        const isOpen = answers.every((answer, i) => !isForWantOf(role, holders[i]!, answer));
        const got = holders.length === 0 ? "nobody has it" : answers.map(outcome).join(", ");
        return { ok: holders.length > 0 && isOpen, got };
      },
    },
  ];
}

function ownQuestion({ contract, method, error, given }: Own, ground: Ground): Question {
  const to = ground.protocol[contract] as BaseContract;
  return {
    name: `power: ${contract}.${method ?? "receive"} is refused to a stranger`,
    wanted: error,
    ask: async () => {
      const inputs = method === undefined ? [] : to.interface.getFunction(method)!.inputs;
      const args =
        given === undefined
          ? plainArguments(inputs, STRANGER)
          : [(await to.getFunction(given).staticCall()) as unknown];
      const call = method === undefined ? { to } : { to, method, args };
      const answer = await tryFrom(ground.provider, STRANGER, call);
      return { ok: answer?.error?.name === error, got: outcome(answer) };
    },
  };
}

/// Whether a call was refused because `account` has not the role.
function isForWantOf(role: string, account: string, refusal: Refusal | undefined): boolean {
  if (refusal?.error === undefined) return false;
  const { name, args } = refusal.error;
  if (role === GOVERNANCE) return name === "GovernorOnlyExecutor" && isSame(args[0], account);
  const isRefusal = name === "Unauthorized" || name === "AccessControlUnauthorizedAccount";
  return isRefusal && isSame(args[0], account) && args[1] === idOf(role);
}

function idOf(role: string): string {
  const own = role.split(".")[1];
  if (role === ADMIN || own === "DEFAULT_ADMIN_ROLE") return ADMIN_ROLE;
  return own === undefined ? roleId(role as RoleName) : id(own);
}
