import "../../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { interopSecretKey } from "@lodestar/state-transition";
import { HDNodeWallet, isError, type Block } from "ethers";
import { DEPOSIT_CONTRACT_ADDRESS } from "../../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../../scripts/devnet/devnet.ts";
import type { Fault } from "../../../scripts/devnet/faults/faults.ts";
import { serveDevnet, type DevnetServers } from "../../../scripts/devnet/http/serve.ts";
import { call } from "../../../scripts/devnet/rpc.ts";
import { BeaconClient } from "../../../scripts/lib/beaconClient.ts";
import { connectRpc } from "../../../scripts/lib/connect.ts";
import { ConfigurationError, FatalError, RetryableError } from "../../../scripts/lib/errors.ts";
import { LOCAL_MNEMONIC } from "../../../scripts/lib/localAccounts.ts";
import { BeaconSources } from "../../../scripts/lib/sources/beaconSources.ts";
import {
  ExecutionSources,
  type ExecutionSourcesOptions,
} from "../../../scripts/lib/sources/executionSources.ts";
import { finalizedBlockAt } from "../../../scripts/lib/sources/finalizedBlock.ts";
import { account, credentials, deposit } from "../../devnet/support/execution.ts";
import { failure, FREE_PORTS, keptLog, startNodes, urlsOf, type Nodes } from "./nodes.ts";
import { stoppedClock } from "./clock.ts";

const SOMEBODY = "0x1111111111111111111111111111111111111111";
const HERE = 7n;
const ELSEWHERE = 8n;

describe("several execution nodes", () => {
  let nodes: Nodes;
  let kept: ReturnType<typeof keptLog>;
  let clock: ReturnType<typeof stoppedClock>;
  const made: ExecutionSources[] = [];

  const sources = (options: Partial<ExecutionSourcesOptions> = {}, urls = urlsOf(nodes.executions)) => {
    const provider = new ExecutionSources(urls, {
      chainId: 31337n,
      http: { timeoutMs: 2_000 },
      log: kept.log,
      now: clock.now,
      ...options,
    });
    made.push(provider);
    return provider;
  };
  const statusOf = (provider: ExecutionSources, index: number) => provider.status[index]!;
  const setBalance = (devnet: Devnet, amount: bigint) =>
    call(devnet.provider, "hardhat_setBalance", SOMEBODY, `0x${amount.toString(16)}`);

  before(async () => {
    nodes = await startNodes();
    await setBalance(nodes.devnet, HERE);
    await nodes.devnet.tickSlots(12);
  });
  after(() => nodes.close());
  beforeEach(() => {
    nodes.heal();
    kept = keptLog();
    clock = stoppedClock();
  });
  afterEach(() => made.splice(0).forEach((provider) => provider.destroy()));

  const broken: [string, Fault][] = [
    ["is dead", { kind: "dead" }],
    ["hangs", { kind: "hang" }],
    ["is out of order", { kind: "status", status: 502 }],
    ["serves something else", { kind: "status", status: 404 }],
    ["answers garbage", { kind: "garbage" }],
    ["answers half", { kind: "truncated" }],
    ["answers a page", { kind: "html" }],
    ["answers what is no JSON-RPC", { kind: "lie", to: "eth_", field: "id", value: "other" }],
  ];
  for (const [what, fault] of broken) {
    it(`go on to the next where one ${what}`, async () => {
      const provider = sources({ http: { timeoutMs: 300 } });
      await provider.check();
      nodes.executions[0].set(fault);
      expect(await provider.getBalance(SOMEBODY)).to.equal(HERE);
      expect(statusOf(provider, 0).recentFailures).to.be.greaterThan(0);
      expect(kept.lines.find(({ level }) => level === "warn")).to.include({
        source: nodes.executions[0].name,
      });
    });
  }

  it("speak each for itself where that is wanted, and one that rests is not waited for", async () => {
    const provider = sources();
    const [first, second] = nodes.executions;
    first.set({ kind: "dead" });
    second.set({ kind: "lie", to: "eth_getTransactionCount", field: "result", value: "0x9" });
    const ask = (index: number) =>
      provider.each[index]!.request("eth_getTransactionCount", [SOMEBODY, "latest"]);
    expect(provider.each.map(({ name }) => name)).to.deep.equal(nodes.executions.map(({ name }) => name));
    expect(await ask(1)).to.deep.equal({ result: "0x9" });
    expect(await ask(2)).to.deep.equal({ result: "0x0" });
    expect(await failure(ask(0))).to.be.instanceOf(RetryableError);
    first.set();
    const asked = first.requests.length;
    expect((await failure(ask(0))).message).to.equal(`${first.name} rests after a failure`);
    expect(first.requests.length).to.equal(asked);
    clock.pass(60_000);
    expect(await ask(0)).to.deep.equal({ result: "0x0" });
  });

  it("say so where none answers", async () => {
    const provider = sources();
    nodes.executions.forEach((node) => node.set({ kind: "status", status: 503 }));
    const error = await failure(provider.getBlockNumber());
    expect(error).to.be.instanceOf(RetryableError);
    for (const { name } of nodes.executions) expect(error.message).to.contain(name);
  });

  it("ask one behind the others last", async () => {
    const [late, second, third] = nodes.executions;
    late.set({ kind: "oldBlocks", blocks: 5 });
    const provider = sources();
    // worse in all else, the others are asked first
    for (const node of [second, third]) node.set({ kind: "status", status: 403 });
    for (let i = 0; i < 6; i++) await provider.check();
    for (const node of [second, third]) node.set();
    const head = nodes.devnet.chain.head.block.message.body.executionPayload.blockNumber;
    expect(await provider.getBlockNumber()).to.equal(head);
    expect(provider.status.map(({ lag }) => lag)).to.deep.equal([5, 0, 0]);
    const asked = late.requests.length;
    await provider.getBalance(SOMEBODY);
    expect(late.requests.length).to.equal(asked);

    second.set({ kind: "dead" });
    third.set({ kind: "dead" });
    expect(await provider.getBlockNumber()).to.equal(head - 5);
  });

  it("notice, when their heads are compared again, that one has caught up", async () => {
    const [late] = nodes.executions;
    late.set({ kind: "oldBlocks", blocks: 5 });
    const provider = sources({ headsMaxAgeMs: 4_000 });
    await provider.getBlockNumber();
    nodes.heal();
    await provider.getBlockNumber();
    expect(statusOf(provider, 0).lag).to.equal(5);
    clock.pass(4_000);
    await provider.getBlockNumber();
    expect(statusOf(provider, 0).lag).to.equal(0);
  });

  it("do not believe one that claims to be far ahead", async () => {
    nodes.executions[1].set({ kind: "lie", to: "eth_blockNumber", field: "result", value: "0xffffff" });
    const provider = sources();
    await provider.getBalance(SOMEBODY);
    expect(provider.status.map(({ lag }) => lag)).to.deep.equal([0, 0, 0]);
  });

  it("ask the others about what one does not know", async () => {
    const head = nodes.devnet.chain.head.block.message.body.executionPayload.blockNumber;
    nodes.executions[0].set({ kind: "oldBlocks", blocks: 2 });
    const provider = sources({ maxLagBlocks: 4 });
    expect((await provider.getBlock(head))?.number).to.equal(head);
    expect(await provider.getBlock(head + 1)).to.equal(null);
    expect(await provider.getTransactionReceipt(`0x${"12".repeat(32)}`)).to.equal(null);
  });

  it("take a revert for an answer", async () => {
    const provider = sources();
    await provider.getBlockNumber();
    const asked = nodes.executions[1].requests.length;
    const error = await failure(provider.call({ to: DEPOSIT_CONTRACT_ADDRESS, data: "0x12345678" }));
    expect(isError(error, "CALL_EXCEPTION"), error.message).to.equal(true);
    expect(nodes.executions[1].requests.length).to.equal(asked);
  });

  it("never use one of another chain, and name it", async () => {
    const [wrong] = nodes.executions;
    wrong.set({ kind: "wrongChain", chainId: 5 });
    const provider = sources();
    await provider.check();
    nodes.heal();
    clock.pass(3_600_000);
    const asked = wrong.requests.length;
    expect(await provider.getBalance(SOMEBODY)).to.equal(HERE);
    expect(wrong.requests.length).to.equal(asked);
    expect(statusOf(provider, 0)).to.include({
      state: "refused",
      refusal: `${wrong.name} is of another network: chain id is 5, wanted 31337`,
    });
    const error = await failure(sources({ chainId: 1n }).check());
    expect(error).to.be.instanceOf(FatalError);
    expect(error.message).to.contain("chain id is 31337, wanted 1");
  });

  it("look who comes back after a failure", async () => {
    const provider = sources();
    const [changed] = nodes.executions;
    await provider.check();
    changed.set({ kind: "dead" });
    await provider.getBalance(SOMEBODY);
    changed.set({ kind: "wrongChain", chainId: 5 });
    clock.pass(4_000);
    await provider.getBalance(SOMEBODY);
    expect(statusOf(provider, 0).state).to.equal("refused");
  });

  describe("and one on another branch", () => {
    let other: Devnet;
    let servers: DevnetServers;
    let block: Block;

    before(async () => {
      other = await startDevnet({ verifySignatures: false });
      await other.tickSlots(1);
      await setBalance(other, ELSEWHERE);
      const key = interopSecretKey(1000);
      await deposit(other, { key, credentials: credentials(1, await account(other, 1)) });
      await other.tickSlots(90);
      servers = await serveDevnet(other, FREE_PORTS);
      const provider = sources();
      block = (await provider.getBlock((await provider.getBlockNumber()) - 3))!;
    });
    after(async () => {
      await servers.close();
      await other.close();
    });

    const both = () => sources({ maxLagBlocks: 1_000 }, [servers.rpcUrl, nodes.executions[0].url]);
    const depositLogs = (provider: ExecutionSources, toBlock = block.number) =>
      provider.getLogs({ address: DEPOSIT_CONTRACT_ADDRESS, fromBlock: 0, toBlock });

    it("read the state of a block by its hash where its number is bound to one", async () => {
      const provider = both();
      expect(await provider.getBalance(SOMEBODY, block.number)).to.equal(ELSEWHERE);
      expect(await provider.getBalance(SOMEBODY, block.hash!)).to.equal(HERE);
      provider.bind(block.number, block.hash!);
      expect(await provider.getBalance(SOMEBODY, block.number)).to.equal(HERE);
      expect((await provider.getBlock(block.number))?.hash).to.equal(block.hash);
      const data = await provider.call({
        to: DEPOSIT_CONTRACT_ADDRESS,
        data: "0x621fd130",
        blockTag: block.number,
      });
      expect(BigInt(`0x${data.slice(130, 146)}`)).to.equal(0n);
    });

    it("take no logs up to a bound block from one that has another", async () => {
      const provider = both();
      expect(await depositLogs(provider)).to.have.length(1);
      provider.bind(block.number, block.hash!);
      expect(await depositLogs(provider)).to.have.length(0);
      expect(statusOf(provider, 0).recentFailures).to.equal(1);
      expect(await depositLogs(both(), block.number - 1), "nothing is bound").to.have.length(1);
      expect(await depositLogs(provider, block.number - 1), "a page before").to.have.length(0);
    });

    it("refuse where all have another block at that place", async () => {
      const provider = sources({}, [servers.rpcUrl]);
      provider.bind(block.number, block.hash!);
      await failure(provider.getBalance(SOMEBODY, block.number));
      expect((await failure(depositLogs(provider))).message).to.contain(`finalized as ${block.hash}`);
      expect(await provider.getBlock(block.number)).to.equal(null);
    });
  });

  it("bind a number once", () => {
    const provider = sources();
    const hash = `0x${"01".repeat(32)}`;
    provider.bind(5, hash);
    provider.bind(5, hash);
    expect(() => provider.bind(5, `0x${"02".repeat(32)}`)).to.throw(FatalError, `was finalized as ${hash}`);
  });

  describe("send a transaction", () => {
    const sent = async (provider: ExecutionSources) => {
      const wallet = HDNodeWallet.fromPhrase(LOCAL_MNEMONIC).connect(provider);
      return wallet.sendTransaction({ to: SOMEBODY, value: 0n, gasLimit: 21_000n });
    };
    const isMined = async (hash: string) => {
      await nodes.devnet.tickSlots(1);
      return (await call(nodes.devnet.provider, "eth_getTransactionReceipt", hash)) !== null;
    };
    const sendsOf = (index: number) =>
      nodes.executions[index]!.requests.filter((method) => method === "eth_sendRawTransaction").length;

    it("to all, so that none can lose it", async () => {
      const provider = sources();
      nodes.executions[0].set({ kind: "dropsTransactions" });
      nodes.executions[1].set({ kind: "status", status: 500 });
      const { hash } = await sent(provider);
      expect(await isMined(hash)).to.equal(true);
    });

    it("to nobody but the one for sending, where there is one", async () => {
      const before = [0, 1, 2].map(sendsOf);
      const provider = sources({ sendUrl: nodes.executions[2].url }, urlsOf(nodes.executions.slice(0, 2)));
      const { hash } = await sent(provider);
      expect(provider.status.map(({ name }) => name)).to.not.include(nodes.executions[2].name);
      expect(provider.senderStatus).to.include({ name: nodes.executions[2].name, state: "trusted" });
      expect([0, 1, 2].map(sendsOf)).to.deep.equal([before[0], before[1], before[2]! + 1]);
      expect(await isMined(hash)).to.equal(true);

      nodes.executions[2].set({ kind: "wrongChain", chainId: 5 });
      const other = sources({ sendUrl: nodes.executions[2].url }, urlsOf(nodes.executions.slice(0, 2)));
      expect((await failure(other.check())).message).to.contain("chain id is 5");
      expect(await failure(sent(other))).to.be.instanceOf(FatalError);
    });

    it("and hear the node's own reason where it is refused", async () => {
      const provider = sources();
      const wallet = HDNodeWallet.createRandom().connect(provider);
      const transaction = { to: SOMEBODY, value: 10n ** 18n, gasLimit: 21_000n };
      const error = await failure(wallet.sendTransaction(transaction));
      expect(error.message).to.match(/fund/);
    });
  });

  it("are refused as settings that make no sense", () => {
    expect(() => sources({}, [])).to.throw(ConfigurationError, "no execution node");
    const [{ url }] = nodes.executions;
    expect(() => sources({}, [url, url])).to.throw(ConfigurationError, "is there twice");
    expect(() => sources({ sendUrl: "here" })).to.throw(ConfigurationError, "not an http or https URL");
  });

  describe("beside beacon nodes: the block of a slot", () => {
    const asked = (slot: number, provider = sources()) => {
      const client = { retry: { attempts: 1 } };
      const beacon = new BeaconSources(urlsOf(nodes.beacons), { client, now: clock.now });
      return finalizedBlockAt({ beacon, provider }, slot);
    };

    it("is the one before, where the slot was missed", async () => {
      const provider = sources();
      const { header, block } = await asked(nodes.missed, provider);
      expect(header.header.slot).to.equal(nodes.missed - 1);
      const truth = nodes.devnet.chain.history.atSlot(nodes.missed - 1)!;
      expect(block.execution.blockNumber).to.equal(truth.block.message.body.executionPayload.blockNumber);
      // from now on the number stands for this hash
      expect(() => provider.bind(block.execution.blockNumber, `0x${"00".repeat(32)}`)).to.throw(FatalError);
    });

    it("is refused before the beacon chain calls it final, whatever an execution node says", async () => {
      const { finalized, head } = nodes.devnet.chain;
      const first = finalized.epoch * 8;
      expect((await asked(first)).header.header.slot).to.equal(first);
      for (const slot of [first + 1, head.slot]) {
        const error = await failure(asked(slot));
        expect(error).to.be.instanceOf(RetryableError);
        expect(error.message).to.equal(
          `slot ${slot} is not final: the finalized epoch is ${finalized.epoch}`,
        );
      }
      nodes.beacons[0].set({
        kind: "lie",
        to: "finality_checkpoints",
        field: "data.finalized.epoch",
        value: "999",
      });
      expect(await failure(asked(first + 1))).to.be.instanceOf(RetryableError);
    });

    it("is refused where the execution chain has another block there", async () => {
      const lie = [
        { kind: "lie", to: "eth_getBlockByHash", field: "result", value: null },
        { kind: "lie", to: "eth_getBlockByNumber", field: "result.hash", value: `0x${"ee".repeat(32)}` },
      ] as const;
      nodes.executions.forEach((node) => node.set(...lie));
      const error = await failure(asked(38));
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.match(/is 0xe{64}, the beacon chain says 0x[0-9a-f]{64}$/);
      // one honest node is enough
      nodes.executions[2].set();
      expect((await asked(38)).header.header.slot).to.equal(38);
    });

    it("is refused where the times do not fit", async () => {
      nodes.executions.forEach((node) => node.set({ kind: "clock", seconds: 12 }));
      const error = await failure(asked(38));
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.match(/has number \d+, time \d+, the beacon chain says number/);
      nodes.heal();
      const field = "data.message.body.execution_payload.timestamp";
      nodes.beacons.forEach((node) => node.set({ kind: "lie", to: "beacon/blocks", field, value: "5" }));
      expect((await failure(asked(38))).message).to.contain("is of time 5 to the beacon chain");
    });

    it("is refused where the block is not the header's", async () => {
      const field = "data.message.state_root";
      const value = `0x${"ab".repeat(32)}`;
      nodes.beacons.forEach((node) => node.set({ kind: "lie", to: "beacon/blocks", field, value }));
      const error = await failure(asked(38));
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.contain(`stateRoot is ${value} in the block`);
    });

    it("is waited for while the execution nodes are behind", async () => {
      nodes.executions.forEach((node) => node.set({ kind: "oldBlocks", blocks: 60 }));
      const error = await failure(asked(38));
      expect(error).to.be.instanceOf(RetryableError);
      expect(error.message).to.contain("is not known to the execution chain yet");
    });

    it("is looked for no further than 64 slots down", async () => {
      nodes.beacons.forEach((node) => node.set({ kind: "notFound", to: "headers/3" }));
      const beacon = new BeaconSources(urlsOf(nodes.beacons), { client: { retry: { attempts: 1 } } });
      const error = await failure(beacon.blockAtOrBefore(38, 5));
      expect(error.message).to.contain("no block from slot 33 to 38");
    });

    it("is the same from one node and a plain provider", async () => {
      const { header, block } = await asked(38);
      const beacon = new BeaconClient(nodes.servers.beaconUrl);
      const provider = await connectRpc(nodes.executions[0].url);
      expect(await finalizedBlockAt({ beacon, provider }, 38)).to.deep.include({ header, block });
      const value = `0x${"ee".repeat(32)}`;
      nodes.executions[0].set({ kind: "lie", to: "eth_getBlockByNumber", field: "result.hash", value });
      const error = await failure(finalizedBlockAt({ beacon, provider }, 38));
      expect(error.message).to.contain(`is ${value}, the beacon chain says`);
      provider.destroy();
    });
  });
});
