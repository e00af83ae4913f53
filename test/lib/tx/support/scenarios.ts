/**
 * Lives of transactions that, together, cross every boundary. Each runs in a process of its own against the chain behind
 * a port, until it is done or killed.
 */
import { Wallet } from "ethers";
import { createLogger } from "../../../../scripts/lib/logger.ts";
import type { Boundary, Effect, Write } from "../../../../scripts/lib/tx/boundaries.ts";
import { Journal } from "../../../../scripts/lib/tx/journal.ts";
import { TxManager, type TxManagerOptions } from "../../../../scripts/lib/tx/manager.ts";
import { connectNode, RpcRefusal } from "../../../../scripts/lib/tx/rpc.ts";
import { JournalView } from "../../../../scripts/lib/tx/view.ts";
import { CONFIRMATIONS, counting, ETHER, POLICIES, POLICY, STUCK_MS, Tampered } from "./keeper.ts";
import { mine } from "./chainCalls.ts";

const SEND = "eth_sendRawTransaction";

export interface Stage {
  url: string;
  path: string;
  privateKey: string;
  nowMs: number;
  onBoundary: (boundary: Boundary) => void;
}

interface Play {
  node: Tampered;
  manager: TxManager;
  wallet: Wallet;
  ticks: (count: number) => Promise<void>;
  pass: (ms: number) => void;
  again: (change: Partial<TxManagerOptions>) => Promise<TxManager>;
}

interface Scenario {
  /** What the keeper wants. */
  keys: string[];
  /** Which of them nobody needs in the end. */
  useless?: string[];
  options?: Partial<TxManagerOptions>;
  run: (play: Play) => Promise<void>;
}

const ONE = ["a"];

export const SCENARIOS = {
  plain: {
    keys: ONE,
    run: async ({ ticks, node }) => {
      await ticks(3);
      await mine(node);
      await ticks(1);
    },
  },
  replaced: {
    keys: ONE,
    run: async ({ ticks, node, pass }) => {
      await ticks(2);
      node.on(SEND, async () => "0x");
      await ticks(1);
      node.heal();
      await mine(node);
      pass(STUCK_MS);
      await ticks(2);
    },
  },
  cancelled: {
    keys: ONE,
    useless: ONE,
    run: async ({ ticks, again }) => {
      await ticks(3);
      const manager = await again({ isNeeded: async () => false });
      await manager.tick();
      await manager.tick();
    },
  },
  reorganised: {
    keys: ONE,
    run: async ({ ticks, node }) => {
      await ticks(2);
      const before = await node.send("evm_snapshot", []);
      await ticks(1);
      await mine(node);
      await ticks(1);
      await node.send("evm_revert", [before]);
      await mine(node);
      await ticks(1);
    },
  },
  overtaken: {
    keys: ONE,
    run: async ({ ticks, node, wallet }) => {
      await ticks(2);
      node.on(SEND, async () => "0x");
      await ticks(1);
      node.heal();
      const prices = { maxFeePerGas: 40_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
      const other = {
        type: 2,
        chainId: 31337n,
        nonce: 0,
        to: `0x${"ab".repeat(20)}`,
        gasLimit: 21_000n,
        ...prices,
      };
      await node.send(SEND, [await wallet.signTransaction(other)]);
      await mine(node, CONFIRMATIONS + 2);
      await ticks(1);
    },
  },
  gap: {
    keys: ["dropped", "a"],
    useless: ["dropped"],
    run: async ({ ticks, again }) => {
      await ticks(2);
      const manager = await again({ isNeeded: async ({ key }) => key !== "dropped" });
      await manager.tick();
    },
  },
  wished: {
    keys: ONE,
    run: ({ ticks }) => ticks(3),
  },
  expensive: {
    keys: ONE,
    options: { policies: { ...POLICIES, normal: { ...POLICY, maxFeeWei: 1n } } },
    run: ({ ticks }) => ticks(2),
  },
  refused: {
    keys: ONE,
    run: async ({ ticks, node }) => {
      await ticks(2);
      node.on(SEND, () => Promise.reject(new RpcRefusal("eth_sendRawTransaction node", "txpool is full")));
      await ticks(1);
    },
  },
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** Where each write and effect is killed: in which life, and the how-manieth time. */
export const KILLED_IN: Record<Write | Effect, [ScenarioName, number][]> = {
  claim: [["plain", 1]],
  bind: [["plain", 1]],
  plan: [
    ["plain", 1],
    ["gap", 3],
  ],
  replan: [["overtaken", 1]],
  simulate: [["plain", 1]],
  note: [["expensive", 1]],
  sign: [
    ["plain", 1],
    ["replaced", 2],
    ["cancelled", 2],
  ],
  "begin to send": [
    ["plain", 1],
    ["replaced", 2],
  ],
  broadcast: [
    ["plain", 1],
    ["cancelled", 2],
  ],
  "answer of the node": [["refused", 1]],
  mine: [["plain", 1]],
  unmine: [["reorganised", 1]],
  "start to cancel": [["cancelled", 1]],
  end: [
    ["plain", 1],
    ["gap", 1],
  ],
  wish: [["wished", 1]],
  "answer to a wish": [["wished", 1]],
  "signer signs": [
    ["plain", 1],
    ["cancelled", 2],
  ],
  "node is sent bytes": [
    ["plain", 1],
    ["replaced", 2],
    ["cancelled", 2],
  ],
};

/** Plays a scenario, then mines until all has ended. */
export async function play(name: ScenarioName, stage: Stage): Promise<void> {
  const scenario: Scenario = SCENARIOS[name];
  const node = new Tampered(connectNode(stage.url));
  const wallet = new Wallet(stage.privateKey);
  let { nowMs } = stage;
  const clock = { now: () => nowMs };
  const journal = Journal.open(stage.path, { clock, onBoundary: stage.onBoundary });
  const start = (change: Partial<TxManagerOptions> = {}) =>
    TxManager.resume({
      journal,
      signer: wallet,
      node,
      chainId: 31337n,
      dailyCapWei: ETHER,
      policies: POLICIES,
      confirmations: CONFIRMATIONS,
      log: createLogger({ level: "silent" }),
      ...change,
    });
  let manager = await start(scenario.options);
  for (const key of scenario.keys) manager.submit(counting(key));
  await scenario.run({
    node,
    manager,
    wallet,
    ticks: async (count) => {
      for (let i = 0; i < count; i++) await manager.tick();
    },
    pass: (ms) => (nowMs += ms),
    again: async (change) => (manager = await start(change)),
  });
  if (name === "wished") {
    const view = JournalView.look(stage.path, { onBoundary: stage.onBoundary });
    view.wish("a", "bump");
    view.close();
  }
  await mineUntilEnd(await start(needs(name)), journal, node, (ms) => (nowMs += ms));
  journal.close();
}

/** What is wanted in the end. */
export function needs(name: ScenarioName): Pick<TxManagerOptions, "isNeeded"> {
  const { useless = [] }: Scenario = SCENARIOS[name];
  return { isNeeded: async ({ key }) => !useless.includes(key) };
}

export async function mineUntilEnd(
  manager: TxManager,
  journal: Journal,
  node: Tampered,
  pass: (ms: number) => void,
): Promise<void> {
  for (let i = 0; journal.intents("open").length > 0; i++) {
    if (i === 60)
      throw new Error(
        `no end in sight: ${journal
          .intents("open")
          .map(({ note }) => note)
          .join("; ")}`,
      );
    await manager.tick();
    await mine(node);
    pass(12_000);
  }
}
