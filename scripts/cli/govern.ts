import { Command, Option } from "commander";
import { address, id } from "./arguments.ts";
import { lazily } from "./lazily.ts";
import { withSession } from "./sessionOptions.ts";

const STEPS = [
  ["queue", "give what passed to the timelock"],
  ["close-window", "wait for nobody who asks to leave from now on"],
  ["note-ready", "have a decision expire if nobody executes it from now on"],
  ["execute", "do what was decided, when all who asked to leave are out"],
] as const;

const VOTES = [
  ["vote", "vote with what was delegated to you, by others or by yourself"],
  ["override", "vote with what you had delegated to others, in their place"],
] as const;

/// `kedge govern <verb>`: the vote of stakers.
export function declareGovern(govern: Command): void {
  const verb = (name: string, description: string) => {
    const command = withSession(new Command(name).description(description));
    govern.addCommand(command);
    return command;
  };
  const proposal = (command: Command) => command.argument("<proposal>", "its id", id);
  const signed = (command: Command) => command.option("--yes", "sign without asking", false);
  const support = new Option("--support <how>").choices(["for", "against", "abstain"]).makeOptionMandatory();

  verb("list", "all proposals, and what became of them").action(
    lazily(async () => (await import("./govern/show.ts")).list),
  );
  proposal(verb("show", "a proposal: its calls, its votes, and what it waits for")).action(
    lazily(async () => (await import("./govern/show.ts")).show),
  );
  signed(verb("delegate", "give your votes to somebody, or to yourself"))
    .argument("<address>", "to whom", address)
    .action(lazily(async () => (await import("./govern/vote.ts")).giveVotes));
  signed(
    verb("propose", "bring a proposal from its file to the stakers; its calls are shown and tried first"),
  )
    .argument("<file>", "JSON: title, text, calls")
    .option("--no-simulation", "do not try it before (only a node of one's own can)")
    .action(lazily(async () => (await import("./govern/propose.ts")).bring));
  verb("simulate", "what a proposal in a file would change, on a snapshot of a local node")
    .argument("<file>", "JSON: title, text, calls")
    .action(lazily(async () => (await import("./govern/propose.ts")).simulate));
  for (const [name, description] of VOTES) {
    signed(proposal(verb(name, description)))
      .addOption(support)
      .option("--reason <text>", "told, and not kept", "")
      .action(lazily(async () => (await import("./govern/vote.ts")).castBy[name]));
  }
  for (const [name, description] of STEPS) {
    signed(proposal(verb(name, description))).action(
      lazily(async () => (await import("./govern/steps.ts")).stepBy[name]),
    );
  }
}
