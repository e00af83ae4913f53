import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { startFaultyProxy, type FaultyProxy } from "../../scripts/devnet/faults/faultyProxy.ts";
import { serveDevnet, type DevnetServers } from "../../scripts/devnet/http/serve.ts";

describe("devnet: faulty nodes", () => {
  let devnet: Devnet;
  let servers: DevnetServers;
  let beacon: FaultyProxy;
  let execution: FaultyProxy;
  /** Of the execution node. */
  const requests: string[] = [];

  const get = async (url: string, path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, body: (await response.json()) as any };
  };
  const rpc = async (url: string, body: unknown): Promise<any> =>
    (await fetch(url, { method: "POST", body: JSON.stringify(body) })).json();
  const asked = (method: string, ...params: unknown[]) => ({ jsonrpc: "2.0", id: 1, method, params });

  before(async () => {
    devnet = await startDevnet({ verifySignatures: false });
    await devnet.tickEpochs(5);
    servers = await serveDevnet(devnet, { rpcPort: 0, beaconPort: 0 });
    beacon = await startFaultyProxy({ serves: "beacon", target: servers.beaconUrl });
    const onRequest = (label: string) => requests.push(label);
    execution = await startFaultyProxy({ serves: "execution", target: servers.rpcUrl, onRequest });
  });
  after(async () => {
    await beacon.close();
    await execution.close();
    await servers.close();
    await devnet.close();
  });
  beforeEach(() => {
    beacon.set();
    execution.set();
  });

  it("change nothing without a fault, batches and refusals included", async () => {
    for (const path of [
      "/eth/v1/beacon/headers/head",
      "/eth/v1/config/spec",
      "/eth/v1/beacon/headers/999",
      "/no",
    ]) {
      expect(await get(beacon.url, path), path).to.deep.equal(await get(servers.beaconUrl, path));
    }
    const state = "/eth/v2/debug/beacon/states/head";
    const ssz = async (url: string) =>
      Buffer.from(
        await (await fetch(url + state, { headers: { accept: "application/octet-stream" } })).arrayBuffer(),
      );
    expect((await ssz(beacon.url)).equals(await ssz(servers.beaconUrl))).to.equal(true);
    const batch = [asked("eth_chainId"), asked("eth_blockNumber")];
    expect(await rpc(execution.url, batch)).to.deep.equal(await rpc(servers.rpcUrl, batch));
    expect((await rpc(execution.url, asked("eth_nonsense"))).error.code).to.equal(-32004);
    expect(requests.at(-2)).to.equal("eth_chainId,eth_blockNumber");
  });

  it("know nothing after the slot up to which they have come", async () => {
    const head = devnet.chain.head.slot;
    beacon.set({ kind: "lag", slots: 3 });
    const states = "/eth/v1/beacon/states";
    const late = devnet.chain.history.atSlot(head - 3)!;
    expect((await get(beacon.url, "/eth/v1/beacon/headers/head")).body.data.root).to.equal(late.blockRoot);
    expect((await get(beacon.url, `${states}/head/root`)).body.data.root).to.equal(late.stateRoot);
    expect((await get(beacon.url, "/eth/v1/node/syncing")).body.data.head_slot).to.equal(String(head - 3));
    const { blockRoot, stateRoot } = devnet.chain.head;
    for (const path of [`headers/${head - 2}`, `headers/${blockRoot}`, `states/${stateRoot}/root`]) {
      expect((await get(beacon.url, `/eth/v1/beacon/${path}`)).status, path).to.equal(404);
    }
    beacon.set({ kind: "lag", slots: 8 });
    const early = devnet.chain.history.atSlot(head - 8)!;
    const checkpoints = await get(servers.beaconUrl, `${states}/${early.stateRoot}/finality_checkpoints`);
    const finalized = await get(beacon.url, "/eth/v1/beacon/headers/finalized");
    expect(finalized.body.data.root).to.equal(checkpoints.body.data.finalized.root);
    expect(finalized.body.data.root).not.to.equal(
      (await get(servers.beaconUrl, "/eth/v1/beacon/headers/finalized")).body.data.root,
    );
  });

  it("have an old head, and no later block by any name", async () => {
    const number = devnet.chain.head.block.message.body.executionPayload.blockNumber;
    const honest = async (method: string, ...params: unknown[]) =>
      (await rpc(servers.rpcUrl, asked(method, ...params))).result;
    const late = async (method: string, ...params: unknown[]) => rpc(execution.url, asked(method, ...params));
    const hex = (n: number) => `0x${n.toString(16)}`;
    execution.set({ kind: "oldBlocks", blocks: 4 });
    expect((await late("eth_blockNumber")).result).to.equal(hex(number - 4));
    const latest = (await late("eth_getBlockByNumber", "latest", false)).result;
    expect(latest).to.deep.equal(await honest("eth_getBlockByNumber", hex(number - 4), false));
    expect((await late("eth_getBlockByNumber", hex(number), false)).result).to.equal(null);
    const { hash } = await honest("eth_getBlockByNumber", hex(number), false);
    expect((await late("eth_getBlockByHash", hash, false)).result).to.equal(null);
    const nobody = `0x${"12".repeat(20)}`;
    for (const block of [hex(number), { blockHash: hash }]) {
      expect((await late("eth_getBalance", nobody, block)).error.message).to.equal("header not found");
    }
    expect((await late("eth_getBalance", nobody, { blockHash: latest.hash })).result).to.equal("0x0");
    expect((await late("eth_estimateGas", { to: nobody })).result, "no block is named").to.match(/^0x/);
  });

  it("do to each call of a batch what they do to one alone", async () => {
    const calls = ["eth_chainId", "eth_blockNumber", "eth_sendRawTransaction", "eth_gasPrice"];
    const batch = calls.map((method, i) => ({ ...asked(method, "0x02"), id: i + 7 }));
    execution.set(
      { kind: "wrongChain", chainId: 5 },
      { kind: "oldBlocks", blocks: 4 },
      { kind: "refusesTransactions", message: "txpool is full" },
      { kind: "lie", to: "eth_gasPrice", field: "id", value: "other" },
    );
    const [chain, block, sent, price] = await rpc(execution.url, batch);
    const number = devnet.chain.head.block.message.body.executionPayload.blockNumber;
    expect([chain.id, chain.result]).to.deep.equal([7, "0x5"]);
    expect([block.id, Number(block.result)]).to.deep.equal([8, number - 4]);
    expect([sent.id, sent.error.message]).to.deep.equal([9, "txpool is full"]);
    expect(price.id).to.equal("other");
  });

  it("refuse transactions in the words that they are told, and answer all else", async () => {
    execution.set({ kind: "refusesTransactions", message: "txpool is full" });
    const refused = await rpc(execution.url, asked("eth_sendRawTransaction", "0x02"));
    expect(refused).to.deep.equal({
      jsonrpc: "2.0",
      id: 1,
      error: { code: -32000, message: "txpool is full" },
    });
    expect((await rpc(execution.url, asked("eth_chainId"))).result).to.equal("0x7a69");
  });

  it("fail as often as told, and at the same requests with the same seed", async () => {
    const pattern = async (seed: number) => {
      const faults = [{ kind: "status", status: 500, share: 0.5 }] as const;
      const proxy = await startFaultyProxy({ serves: "beacon", target: servers.beaconUrl, seed, faults });
      const statuses: number[] = [];
      for (let i = 0; i < 24; i++) statuses.push((await fetch(`${proxy.url}/eth/v1/node/health`)).status);
      await proxy.close();
      return statuses;
    };
    const first = await pattern(7);
    expect(await pattern(7)).to.deep.equal(first);
    expect(await pattern(8)).not.to.deep.equal(first);
    expect(new Set(first)).to.deep.equal(new Set([200, 500]));
  });

  it("have a clock that is off", async () => {
    beacon.set({ kind: "clock", seconds: 3_600 });
    const before = Date.now();
    const { headers } = await fetch(`${beacon.url}/eth/v1/node/health`);
    expect(Date.parse(headers.get("date")!)).to.be.at.least(before - 1_000 + 3_600_000);
  });
});
