import { Command } from "commander";
import { FatalError } from "../lib/errors.ts";
import { formatTable } from "../lib/table.ts";
import { hasWriter } from "../lib/tx/lock.ts";
import { type Attempt, type Intent, type Wish } from "../lib/tx/types.ts";
import { JournalView } from "../lib/tx/view.ts";
import { tooLate } from "../lib/tx/wishes.ts";
import { formatEther, formatGwei } from "../lib/units.ts";
import { log, NEEDS_PERSON, NOTHING_TO_DO, print } from "./output.ts";

interface Options {
  journal: string;
  json: boolean;
}

/// `kedge tx <verb>`: what a keeper has sent, and what it should do about it. The keeper alone signs.
export function declareTx(tx: Command): void {
  const verb = (name: string, description: string) => {
    const command = new Command(name)
      .description(description)
      .requiredOption("--journal <file>", "the keeper's journal")
      .option("--json", "print data as JSON", false);
    tx.addCommand(command);
    return command;
  };

  verb("list", "what waits for its end")
    .option("--all", "what has ended too", false)
    .action((options: Options & { all: boolean }) => inView(options, (view) => list(view, options)));
  verb("show", "one action: its attempts, its fees, what it waits for")
    .argument("<key>", "its name in the list")
    .action((key: string, options: Options) => inView(options, (view) => show(view, key, options)));
  verb("bump", "ask the keeper to send it again at higher fees, below its cap")
    .argument("<key>", "its name in the list")
    .action((key: string, options: Options) => inView(options, (view) => ask(view, key, "bump", options)));
  verb("cancel", "ask the keeper to take it back: by a transfer of nothing where it is sent already")
    .argument("<key>", "its name in the list")
    .action((key: string, options: Options) => inView(options, (view) => ask(view, key, "cancel", options)));
}

function inView({ journal }: Options, act: (view: JournalView) => void): void {
  const view = JournalView.look(journal);
  try {
    act(view);
  } finally {
    view.close();
  }
}

function list(view: JournalView, options: Options & { all: boolean }): void {
  const intents = view.intents(options.all ? "all" : "open");
  const rows = intents.map(({ key, job, state, nonce, urgency, createdMs, note }) => [
    key,
    job,
    state,
    nonce,
    urgency,
    iso(createdMs),
    note,
  ]);
  const heads = ["key", "job", "state", "nonce", "urgency", "since", "note"];
  print(intents, { ...options, text: rows.length === 0 ? "nothing" : formatTable(heads, rows) });
}

function show(view: JournalView, key: string, options: Options): void {
  const intent = known(view, key);
  const attempts = view.attempts(key, "all");
  const wishes = view.wishesFor(key);
  print({ ...intent, attempts, wishes }, { ...options, text: describe(intent, attempts, wishes) });
}

/// Leaves a wish in the journal. Without a keeper somebody has to start one.
function ask(view: JournalView, key: string, wish: Wish["wish"], options: Options): void {
  const late = tooLate(known(view, key));
  if (late !== undefined) {
    log(`${key}: ${late}`);
    process.exitCode = NOTHING_TO_DO;
    return;
  }
  const isRepeated = view.wishes().some((each) => each.key === key && each.wish === wish);
  if (!isRepeated) view.wish(key, wish);
  const keeperRuns = hasWriter(view.path);
  const text = `${key}: the keeper is asked to ${wish} it`;
  print({ key, wish, keeperRuns }, { ...options, text });
  if (keeperRuns) return;
  log(`no keeper has ${view.path} open: start it, and it will obey`);
  process.exitCode = NEEDS_PERSON;
}

function known(view: JournalView, key: string): Intent {
  const intent = view.get(key);
  if (intent === undefined) throw new FatalError(`there is no "${key}" in ${view.path}`);
  return intent;
}

function describe(intent: Intent, attempts: readonly Attempt[], wishes: readonly Wish[]): string {
  const { key, job, state, note, to, data, dataHash, valueWei, urgency, deadlineMs, mined, costWei } = intent;
  const calldata = dataHash === undefined ? `${data.length / 2 - 1} bytes` : `calldata with hash ${dataHash}`;
  const facts = [
    `${key} (${job}): ${state}${note === undefined ? "" : `, ${note}`}`,
    `to ${to}, ${formatEther(valueWei, 6)} ether, ${calldata}`,
    `${urgency}${deadlineMs === undefined ? "" : `, until ${iso(deadlineMs)}`}`,
    ...(mined === undefined ? [] : [`in block ${mined.blockNumber} as ${mined.hash}`]),
    ...(costWei === undefined ? [] : [`cost ${formatEther(costWei, 6)} ether`]),
  ];
  const rows = attempts.map((each) => [
    each.nonce,
    each.purpose,
    formatGwei(each.maxFeeWei),
    formatGwei(each.maxPriorityFeeWei),
    each.sentMs === undefined ? "never" : iso(each.sentMs),
    each.hash,
    each.answer,
  ]);
  const heads = ["nonce", "for", "max fee (gwei)", "tip (gwei)", "sent", "hash", "answer"];
  return [
    ...facts,
    ...(rows.length === 0 ? [] : ["", formatTable(heads, rows)]),
    ...wishes.map(
      ({ wish, askedMs, answer }) => `asked to ${wish} at ${iso(askedMs)}: ${answer ?? "no answer yet"}`,
    ),
  ].join("\n");
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
