import type { Provider } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import type { Protocol } from "../../lib/protocol.ts";
import type { Records } from "../../lib/records.ts";
import type { Parameters } from "../parameters/schema.ts";
import { brakeQuestions } from "./brake.ts";
import { answered, type Check, type Ground, type Question } from "./check.ts";
import { codeQuestions, creationQuestions } from "./code.ts";
import { deployerQuestions } from "./deployer.ts";
import { governanceQuestions } from "./governance.ts";
import { ledgerQuestions } from "./ledger.ts";
import { linkQuestions } from "./links.ts";
import { parameterQuestions } from "./parameters.ts";
import { powerQuestions } from "./powers.ts";
import { roleQuestions } from "./roles.ts";
import { readRoles, type RecordedRoles } from "./rolesFile.ts";

export interface AcceptOptions {
  protocol: Protocol;
  provider: Provider;
  parameters: Parameters;
  records: Records;
  deployer: string;
  /// Who held which role before, where that was recorded.
  recorded?: RecordedRoles | undefined;
  /// Whether governance may have acted since: settings may have moved, and roles are held against the record alone.
  live?: boolean;
  say?: (line: string) => void;
}

/// What is asked, in this order, and what it shows.
export const GROUPS: Record<string, { shows: string; questions: (ground: Ground) => Question[] }> = {
  code: {
    shows: "runtime code is the artifact's, immutables apart, and no larger than EIP-170 allows",
    questions: codeQuestions,
  },
  creation: {
    shows: "the recorded transaction made it, by the deployer, from the artifact and the recorded arguments",
    questions: creationQuestions,
  },
  parameters: {
    shows: "each parameter is the file's, as the contract tells it, or was constructed with it",
    questions: parameterQuestions,
  },
  links: { shows: "contracts name each other, and all the same authority", questions: linkQuestions },
  roles: {
    shows:
      "each role is held by whom it is meant for and nobody else, by events; frozen roles, admins of roles",
    questions: roleQuestions,
  },
  deployer: { shows: "the deployer holds nothing, and is offered nothing", questions: deployerQuestions },
  powers: {
    shows: "each privileged function is refused to a stranger, and open to its holders",
    questions: powerQuestions,
  },
  brake: { shows: "each valve stops for each guardian, and for nobody else", questions: brakeQuestions },
  governance: {
    shows: "the admin can act, the governor alone queues, and the deployer does neither",
    questions: governanceQuestions,
  },
  ledger: {
    shows: "seed stake, credentials, closed accounts, deposit contract, frames, first members",
    questions: ledgerQuestions,
  },
};

/// So many calls at once, so that no node refuses them.
const AT_ONCE = 20;

/// Asks the chain whether what is deployed is what was meant. It sends nothing.
///
/// @throws FatalError where the authority is not there; what the provider throws where events cannot be read; what else cannot be answered is a check that is not ok
export async function accept(options: AcceptOptions): Promise<Check[]> {
  const { recorded, live = false, say = () => {}, ...given } = options;
  await requireCode(options);
  const ground: Ground = { ...given, recorded, live, grants: await readRoles(options.protocol) };
  const checks: Check[] = [];
  for (const [title, { questions }] of Object.entries(GROUPS)) {
    const made = await makeAll(questions(ground));
    const failed = made.filter(({ ok }) => !ok).length;
    say(`${title}: ${made.length} checks, ${failed === 0 ? "all ok" : `${failed} not ok`}`);
    checks.push(...made);
  }
  return checks;
}

/// Without the authority nothing else can be asked.
async function requireCode({ protocol, provider }: AcceptOptions): Promise<void> {
  const authority = await protocol.Authority.getAddress();
  if ((await provider.getCode(authority)) !== "0x") return;
  throw new FatalError(
    `there is no code at ${authority}, where the authority is recorded: is it another chain?`,
  );
}

/// In their order.
export async function makeAll(questions: readonly Question[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (let i = 0; i < questions.length; i += AT_ONCE) {
    checks.push(...(await Promise.all(questions.slice(i, i + AT_ONCE).map(answered))));
  }
  return checks;
}
