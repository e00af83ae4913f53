import { Command, Help } from "commander";

/// What a group of verbs, or a verb alone, adds to its command: arguments, options, verbs below it, and what it does.
export type Declare = (command: Command) => void;

interface Group {
  about: string;
  /// Other spellings.
  aliases?: readonly string[];
  /// Its module is loaded when it is called, or asked for help: each has packages of its own.
  load: () => Promise<Declare>;
}

const GROUPS: Readonly<Record<string, Group>> = {
  balance: {
    about: "What somebody has: ether, kETH, wkETH, tickets.",
    load: async () => (await import("./balance.ts")).declareBalance,
  },
  claim: {
    about: "Get the ether of tickets that are finalised.",
    load: async () => (await import("./claim.ts")).declareClaim,
  },
  config: {
    about: "What keepers are set to, and what can be set.",
    load: async () => (await import("./config.ts")).declareConfig,
  },
  doctor: {
    about: "Look at all that a keeper needs, and say how to mend what is missing.",
    load: async () => (await import("./doctor.ts")).declareDoctor,
  },
  govern: {
    about: "Delegate, propose, vote, and see decisions done.",
    aliases: ["gov"],
    load: async () => (await import("./govern.ts")).declareGovern,
  },
  keeper: {
    about: "Do what the protocol needs somebody to do.",
    load: async () => (await import("./keeper.ts")).declareKeeper,
  },
  keys: {
    about: "Make, check and use the keys of validators, offline.",
    load: async () => (await import("./keys.ts")).declareKeys,
  },
  leave: {
    about: "Leave at once with what the buffer has, for a fee.",
    load: async () => (await import("./leave.ts")).declareLeave,
  },
  operator: {
    about: "Register, bond, commit keys, and see how an operator stands.",
    load: async () => (await import("./operator.ts")).declareOperator,
  },
  report: {
    about: "Build reports, and find out why two of them differ.",
    load: async () => (await import("./report.ts")).declareReport,
  },
  request: {
    about: "Ask for ether back; a ticket stands for it.",
    load: async () => (await import("./request.ts")).declareRequest,
  },
  requests: {
    about: "Tickets that are not claimed yet, and when they may be.",
    load: async () => (await import("./requests.ts")).declareRequests,
  },
  stake: {
    about: "Stake ether.",
    load: async () => (await import("./stake.ts")).declareStake,
  },
  status: {
    about: "How the pool, its queue, its reports and its keepers stand.",
    load: async () => (await import("./status.ts")).declareStatus,
  },
  tx: {
    about: "See what a keeper sends, and ask it to hurry or to take back.",
    load: async () => (await import("./tx.ts")).declareTx,
  },
  unwrap: {
    about: "Turn wkETH into kETH.",
    load: async () => (await import("./wrap.ts")).declareUnwrap,
  },
  wrap: {
    about: "Turn kETH into wkETH.",
    load: async () => (await import("./wrap.ts")).declareWrap,
  },
};

/// The tree of commands. Of groups other than `only` there are names and descriptions alone; without it there is all of it.
export async function buildProgram(only?: string): Promise<Command> {
  const program = new Command("kedge")
    .description(
      "What people and keepers do with a deployment of the protocol, and operators with their keys.",
    )
    .configureHelp({ subcommandTerm: termOf });
  for (const [name, { about, aliases = [], load }] of Object.entries(GROUPS)) {
    const command = new Command(name).description(about).aliases([...aliases]);
    if (only === undefined || only === name || aliases.includes(only)) (await load())(command);
    program.addCommand(command);
  }
  return program;
}

/// The group that a command line is about; a text that no group has where it is about none.
export function groupOf(argv: readonly string[]): string {
  const [first = "", second = ""] = argv.filter((argument) => !argument.startsWith("-"));
  return first === "help" ? second : first;
}

/// The same for groups that are loaded and for those that are not.
function termOf(command: Command): string {
  const isTop = command.parent?.parent === null;
  return isTop ? [command.name(), ...command.aliases()].join("|") : new Help().subcommandTerm(command);
}
