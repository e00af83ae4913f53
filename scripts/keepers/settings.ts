/** What can be set of keepers: every flag, variable, entry of the TOML file and line of docs/settings.md is from here. */
import {
  amount,
  listOf,
  onOrOff,
  oneOf,
  path,
  text,
  url,
  wholeNumber,
  type Kind,
} from "../lib/settings/kinds.ts";
import { derived, optional, secret, section, withDefault, type Values } from "../lib/settings/setting.ts";
import { deploymentFolder } from "../lib/records.ts";
import { FEE_SETTINGS } from "./feeSettings.ts";
import {
  ACCOUNT_KEYS,
  ACCOUNT_SETTINGS,
  hasAny,
  MEMBER_KEYS,
  MEMBER_SETTINGS,
  VALIDATOR_SETTINGS,
} from "./signerSettings.ts";

/** The chain whose accounts everybody knows: there nothing can be lost. */
export const LOCAL_CHAIN_ID = 31_337;

const CHAIN_IDS: Readonly<Record<string, number>> = {
  devnet: LOCAL_CHAIN_ID,
  hoodi: 560_048,
  mainnet: 1,
};

export const KEEPER_JOBS = [
  "report",
  "finalise",
  "slashing",
  "exit",
  "deposit",
  "checkpoint",
  "performance",
  "govern",
  "upkeep",
] as const;
export type KeeperJob = (typeof KEEPER_JOBS)[number];

const isLocal = (others: Readonly<Record<string, unknown>>) => others.chainId === LOCAL_CHAIN_ID;

/** Nodes are found by themselves on the local chain alone. */
function nodes(local: string): Parameters<typeof derived<string[]>>[1] {
  return {
    text: `${local} on the local chain; needed elsewhere`,
    from: ["chainId"],
    of: (others) => (isLocal(others) ? [local] : undefined),
  };
}

const seconds: (least: number, most: number) => Kind<number> = wholeNumber;

const NETWORK_SETTINGS = section("Network", {
  network: withDefault(
    text("a name of lower-case letters, digits and dashes", /^[a-z][a-z0-9-]*$/),
    "devnet",
    {
      about: "Whose deployment of the protocol the keeper works for.",
      example: "hoodi",
    },
  ),
  chainId: derived(
    wholeNumber(1, Number.MAX_SAFE_INTEGER),
    {
      text: `by the network: ${Object.entries(CHAIN_IDS)
        .map(([name, id]) => `${name} ${id}`)
        .join(", ")}`,
      from: ["network"],
      of: ({ network }) => CHAIN_IDS[network as string],
    },
    { about: "The chain that all nodes must be on; others are refused.", example: "560048" },
  ),
  deployments: derived(
    path(),
    {
      text: "deployments/<network>",
      from: ["network"],
      of: ({ network }) => deploymentFolder(String(network)),
    },
    { about: "The folder where the contracts' addresses are recorded.", example: "deployments/hoodi" },
  ),
});

const NODE_SETTINGS = section("Nodes", {
  elUrls: derived(listOf(url(), { least: 1 }), nodes("http://127.0.0.1:8545"), {
    about:
      "JSON-RPC of execution nodes, best of several teams and clients; the healthiest is asked first, and a report is signed only where they tell the same.",
    example: "http://127.0.0.1:8545,https://el.example",
  }),
  elSendUrl: optional(url(), {
    about: "JSON-RPC to which transactions are sent, where it is not the nodes that are asked.",
    example: "https://relay.example",
  }),
  clUrls: derived(listOf(url(), { least: 1 }), nodes("http://127.0.0.1:5052"), {
    about: "Beacon API of consensus nodes, best of several teams and clients.",
    example: "http://127.0.0.1:5052,https://cl.example",
  }),
  clQuorum: derived(
    wholeNumber(1, 100),
    {
      text: "more than half of clUrls",
      from: ["clUrls"],
      of: ({ clUrls }) => Math.floor((clUrls as string[]).length / 2) + 1,
    },
    {
      about: "So many consensus nodes must say the same of what a report is made of.",
      unit: "nodes",
      example: "2",
      check: {
        from: ["clUrls"],
        problem: (quorum, { clUrls }) => {
          const { length } = clUrls as string[];
          if (quorum > length) return `must be at most the ${length} nodes of clUrls`;
          return quorum * 2 > length
            ? undefined
            : `must be more than half of the ${length} nodes of clUrls: two sides could both be right`;
        },
      },
    },
  ),
  clockToleranceSeconds: withDefault(seconds(0, 600), 4, {
    about: "The machine's clock may be off the chain's by so much.",
    unit: "seconds",
    example: "4",
  }),
});

const WORK_SETTINGS = section("Work", {
  jobs: withDefault(listOf(oneOf(...KEEPER_JOBS), { least: 1 }), [...KEEPER_JOBS], {
    about: "What the keeper does.",
    example: "report,finalise",
  }),
  dryRun: derived(
    onOrOff(),
    { text: "true, but false on chain 31337", from: ["chainId"], of: (others) => !isLocal(others) },
    {
      about: "Shows what would be sent, and sends nothing.",
      example: "true",
      check: {
        from: ["chainId", ...ACCOUNT_KEYS],
        problem: (isDry, others) =>
          isDry || isLocal(others) || hasAny(ACCOUNT_KEYS, others)
            ? undefined
            : `can be false only where somebody signs: set one of ${ACCOUNT_KEYS.join(", ")}`,
      },
    },
  ),
  pollSeconds: withDefault(seconds(1, 3_600), 12, {
    about: "The chain is looked at every so often.",
    unit: "seconds",
    example: "12",
  }),
  turnSeconds: derived(
    seconds(0, 86_400),
    {
      text: "five times pollSeconds, but 0 on chain 31337",
      from: ["chainId", "pollSeconds"],
      of: (others) => (isLocal(others) ? 0 : 5 * Number(others.pollSeconds)),
    },
    {
      about:
        "What each keeper of a committee could do is done in turns that are so long; at 0 it is done at once.",
      unit: "seconds",
      example: "60",
      check: {
        from: ["pollSeconds"],
        problem: (turn, { pollSeconds }) =>
          turn === 0 || 3 * turn >= 4 * Number(pollSeconds)
            ? undefined
            : `must be 0, or a third more than the ${String(pollSeconds)} s of pollSeconds: turns would go by unseen`,
      },
    },
  ),
  minBalance: withDefault(amount("ether"), 10n ** 17n, {
    about: "With less in its account the keeper says that it is not ready.",
    unit: "ether",
    example: "0.1",
  }),
  stateFolder: derived(
    path(),
    { text: ".kedge/<network>", from: ["network"], of: ({ network }) => `.kedge/${String(network)}` },
    {
      about: "The folder with the journal of transactions; it must outlive the process.",
      example: "/var/lib/kedge",
    },
  ),
  recordFolder: optional(path(), {
    about: "The folder where whole cycles are recorded, to be replayed; without it none are.",
    example: "/var/lib/kedge/records",
  }),
  recordCycles: withDefault(wholeNumber(1, 100_000), 100, {
    about: "So many cycles are kept of each job and of each way in which they ended.",
    unit: "cycles",
    example: "1000",
  }),
});

const COMMITTEE_SETTINGS = section("Committee", {
  memberId: optional(wholeNumber(0, 2 ** 32 - 1), {
    about: "The keeper's own member of the oracle's committee; without it the keeper signs no reports.",
    example: "3",
    check: {
      from: MEMBER_KEYS,
      problem: (id, others) =>
        id === undefined || hasAny(MEMBER_KEYS, others)
          ? undefined
          : `needs the member's key: set one of ${MEMBER_KEYS.join(", ")}`,
    },
  }),
  peerUrls: withDefault(listOf(url()), [], {
    about: "Where the other members publish their reports and signatures.",
    example: "https://member-1.example,https://member-2.example",
  }),
  reportHost: withDefault(text("a host or an address", /^[A-Za-z0-9.:_-]+$/), "127.0.0.1", {
    about: "Where this keeper publishes what its member signed; the other members must reach it.",
    example: "0.0.0.0",
  }),
  reportPort: withDefault(wholeNumber(0, 65_535), 9_311, {
    about: "The port of these reports; 0 takes a free one.",
    example: "9311",
  }),
  submitDelaySeconds: withDefault(seconds(0, 86_400), 36, {
    about: "Members take turns to submit a report; each waits so long for the one before.",
    unit: "seconds a turn",
    example: "36",
  }),
});

const WATCH_SETTINGS = section("Watching", {
  healthHost: withDefault(text("a host or an address", /^[A-Za-z0-9.:_-]+$/), "127.0.0.1", {
    about: "Where health and metrics are served; what is not loopback is open to others.",
    example: "127.0.0.1",
  }),
  healthPort: withDefault(wholeNumber(0, 65_535), 9_310, {
    about: "The port of health and metrics; 0 takes a free one.",
    example: "9310",
  }),
  logLevel: withDefault(oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"), "info", {
    about: "What is logged, from here on up.",
    example: "debug",
  }),
  logFormat: withDefault(oneOf("text", "json"), "text", {
    about: "Lines for people, or one JSON object a line.",
    example: "json",
  }),
  webhookUrl: secret({
    about: "Where alerts are posted; its address often carries a token.",
    rule: "an http or https URL",
    pattern: /^https?:\/\/[^\s/]+\S*$/,
    example: "https://hooks.example/services/token",
  }),
});

/** The whole table. */
export const KEEPER_SETTINGS = {
  ...NETWORK_SETTINGS,
  ...NODE_SETTINGS,
  ...WORK_SETTINGS,
  ...section("Account that sends transactions", ACCOUNT_SETTINGS),
  ...COMMITTEE_SETTINGS,
  ...section("Key that signs reports", MEMBER_SETTINGS),
  ...section("Keys of validators", VALIDATOR_SETTINGS),
  ...section("Fees", FEE_SETTINGS),
  ...WATCH_SETTINGS,
};

export type KeeperSettings = Values<typeof KEEPER_SETTINGS>;
