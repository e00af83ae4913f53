import { ZeroHash } from "ethers";
import { roleId } from "../../lib/roles.ts";
import { adminOf } from "../holders.ts";
import { outcome, tryFrom, type Call } from "./calls.ts";
import { addressOf, deploymentOf, STRANGER, type Ground, type Question } from "./check.ts";

/// Nothing more may be decided about a setting before its next step.
const TOO_SOON = "StepTooSoon";

/// The admin can act, and the way from a vote to the admin is whole; nobody else is on it.
export function governanceQuestions(ground: Ground): Question[] {
  const { protocol, deployer, live } = ground;
  const { Authority, ReportOracle, ExitWindowTimelock, StakerGovernor } = protocol;
  const admin = adminOf(deploymentOf(ground));
  const grant: Call = { to: Authority, method: "grantRole", args: [roleId("PARAMETER_MANAGER"), STRANGER] };
  const step = async (): Promise<Call> => {
    const feeBp = await ReportOracle.feeBp();
    return { to: ReportOracle, method: "setFee", args: [feeBp > 0n ? feeBp - 1n : 1n] };
  };
  const target = addressOf(ground, "Authority");
  const data = Authority.interface.encodeFunctionData("grantRole", [roleId("PARAMETER_MANAGER"), STRANGER]);
  const queue = async (): Promise<Call> => {
    const delay = await ExitWindowTimelock.getMinDelay();
    return {
      to: ExitWindowTimelock,
      method: "schedule",
      args: [target, 0n, data, ZeroHash, roleId("PARAMETER_MANAGER"), delay],
    };
  };
  const propose: Call = { to: StakerGovernor, method: "propose", args: [[target], [0n], [data], "a try"] };
  return [
    succeeds(ground, "governance: the admin grants a role", admin, async () => grant),
    succeeds(
      ground,
      "governance: the admin moves a parameter by a step",
      admin,
      step,
      live ? TOO_SOON : undefined,
    ),
    refused(ground, "governance: the deployer grants no role", [deployer], async () => grant, ROLE_ERROR),
    refused(ground, "governance: the deployer moves no parameter", [deployer], step, "Unauthorized"),
    succeeds(
      ground,
      "governance: the governor queues what was decided",
      addressOf(ground, "StakerGovernor"),
      queue,
    ),
    refused(ground, "governance: nobody else queues", [deployer, admin, STRANGER], queue, ROLE_ERROR),
    refused(
      ground,
      "governance: who has no shares proposes nothing",
      [STRANGER],
      async () => propose,
      "GovernorInsufficientProposerVotes",
    ),
  ];
}

/// Of contracts that keep roles themselves.
const ROLE_ERROR = "AccessControlUnauthorizedAccount";

function succeeds(
  { provider }: Ground,
  name: string,
  from: string,
  call: () => Promise<Call>,
  tolerated?: string,
): Question {
  return {
    name,
    wanted: "done",
    ask: async () => {
      const refusal = await tryFrom(provider, from, await call());
      const isTolerated = tolerated !== undefined && refusal?.error?.name === tolerated;
      if (isTolerated) return { ok: true, got: outcome(refusal), note: "it moved lately" };
      return { ok: refusal === undefined, got: outcome(refusal) };
    },
  };
}

function refused(
  { provider }: Ground,
  name: string,
  accounts: readonly string[],
  call: () => Promise<Call>,
  error: string,
): Question {
  return {
    name,
    wanted: accounts.map(() => error).join(", "),
    ask: async () => {
      const tried = await call();
      const refusals = await Promise.all(accounts.map((from) => tryFrom(provider, from, tried)));
      const names = refusals.map((refusal) => refusal?.error?.name ?? outcome(refusal));
      return { ok: names.every((got) => got === error), got: names.join(", ") };
    },
  };
}
