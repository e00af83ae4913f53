import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

/** Contracts by the name of their instance in test/utils/Protocol.sol. */
const INSTANCES: Record<string, string> = {
  operatorRegistry: "OperatorRegistry",
  validatorRegistry: "ValidatorRegistry",
  allocator: "StakeAllocator",
  bonds: "BondVault",
  depositor: "BeaconDepositor",
  ledger: "StakedEther",
  withdrawalVault: "WithdrawalVault",
  rewardsVault: "RewardsVault",
  distributor: "RewardDistributor",
  queue: "WithdrawalQueue",
  instantExit: "InstantExit",
  committee: "OracleCommittee",
  memberBonds: "CommitteeBonds",
  oracle: "ReportOracle",
  withheld: "WithheldRewards",
  keeperBudget: "KeeperBudget",
  insuranceReserve: "InsuranceReserve",
  brake: "EmergencyBrake",
};

/** Functions that change state and want no role: whoever calls acts on what is its own, or only with a proof. */
const OPEN: Record<string, string> = {
  Authority: "freezeRole grantRole handOver renounceRole revokeRole", // its own admin: see Authority.t.sol
  // its own roles: see ExitWindowTimelock.t.sol
  ExitWindowTimelock:
    "appoint cancel closeWindow execute executeBatch grantRole noteReady observe renounceRole revokeRole schedule " +
    "scheduleBatch updateDelay",
  // managers: see OperatorRegistry.t.sol
  OperatorRegistry:
    "acceptManager acceptRewardAddress proposeManager proposeRewardAddress register retire setCommission",
  ValidatorRegistry: "commit remove", // managers: see ValidatorRegistry.t.sol
  // what is added belongs to the operator named; a claim is its manager's: see BondClaims.t.sol
  BondVault:
    "burnOverdue cancelClaim claim deposit depositShares depositWrapped lockOverdue releaseOverdue requestClaim",
  // members' owners, and their bonds: see CommitteeBonds.t.sol and CommitteeMembers.t.sol
  CommitteeBonds: "acceptOwner deposit depositShares proposeOwner register withdraw",
  OracleCommittee: "bind proveEquivocation release setKey",
  MemberEvidence: "proveFalseBalance proveFalseReceipts proveFalseRoot proveFalseTicket",
  BeaconDepositor: "predeposit predepositChecked proveAndTopUp proveAndTopUpOne topUp",
  ReportOracle: "collect conclude paySubmitter submit",
  // of what is proven: see BalanceCheckpoint.t.sol
  BalanceCheckpoint:
    "complete countDeposits demand noteDeposits openBooked openLive openParked proveFrontier showBalances submit walk",
  SlashingOracle: "proveArrival proveDuplicate proveForeign proveSlashed proveState raiseBase settle",
  // managers, of what is proven: see Consolidator.t.sol
  Consolidator: "consolidate drop",
  ExitController: "note proveComing proveMerged provePartial settle trigger triggerByKeys triggerPartial",
  RewardDistributor: "pull pullKeepers pullReserve pullTreasury",
  // as the contracts behind them: see KeeperJobs.t.sol
  KeeperJobs: "finalize prove proveOne proveWithdrawn settle trigger triggerPartial",
  // under the caller's own names
  Create3Factory: "deploy",
  // as the contracts behind it: see UpkeepAdapter.t.sol
  UpkeepAdapter: "performUpkeep",
  InsuranceReserve: "cover note",
  InstantExit: "exit exitWithPermit exitWrapped exitWrappedWithPermit",
  DutyJudge: "judge",
  WithheldRewards: "burn contest lockWithheld",
  StakeAllocator: "abandon lapse open prolong refresh settle",
  // proposers, voters, and governance itself through its timelock; what is refused to all: see StakerGovernor.t.sol
  StakerGovernor:
    "cancel castOverrideVote castOverrideVoteBySig castOverrideVoteWithReason castVote castVoteBySig castVoteThrough " +
    "castVoteWithReason castVoteWithReasonAndParams castVoteWithReasonAndParamsBySig execute " +
    "onERC1155BatchReceived onERC1155Received onERC721Received propose queue relay setAdapter setParameters",
  StakedEther:
    "approve closeAccount delegate delegateBySig permit pull push receiveSwept stake stakeFor stakeForUnits " +
    "transfer transferFrom transferShares transferSharesFrom",
  WrappedStakedEther:
    "approve delegate delegateBySig deposit depositEther depositWithPermit mint permit redeem transfer " +
    "transferFrom withdraw",
  WithdrawalQueue:
    "acceptClaims approve claim claimBatch claimTo finalizeNamed request requestBatch requestBatchWithPermit " +
    "requestWrapped requestWrappedWithPermit safeTransferFrom setApprovalForAll transferFrom",
  // controllers and their operators: see AsyncRedeemer.t.sol
  AsyncRedeemer: "deposit mint redeem requestRedeem setOperator withdraw",
};

interface Artifact {
  contractName: string;
  bytecode: string;
  abi: { type: string; name?: string; stateMutability?: string }[];
}

function deployable(): Artifact[] {
  return readdirSync("artifacts/contracts", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .map((path) => JSON.parse(readFileSync(join("artifacts/contracts", path), "utf8")) as Artifact)
    .filter(({ abi, bytecode }) => Array.isArray(abi) && bytecode !== "0x");
}

function mutating({ contractName, abi }: Artifact): string[] {
  const names = abi
    .filter(({ type, stateMutability }) => type === "function" && !/view|pure/.test(stateMutability ?? ""))
    .map(({ name }) => `${contractName}.${name ?? ""}`);
  return [...new Set(names)];
}

describe("the matrix of access", () => {
  const table = readFileSync("test/unit/access/AccessMatrix.t.sol", "utf8");
  const guarded = [...table.matchAll(/encodeCall\(\s*(\w+)\.(\w+)/g)].map(
    ([, instance, name]) =>
      `${INSTANCES[instance ?? ""] ?? `unknown instance ${instance ?? ""}`}.${name ?? ""}`,
  );
  const open = Object.entries(OPEN).flatMap(([contract, names]) =>
    names.split(" ").map((name) => `${contract}.${name}`),
  );

  it("names every function that changes state, once", () => {
    expect([...guarded, ...open].sort()).to.deep.equal(deployable().flatMap(mutating).sort());
  });
});
