import "../../scripts/devnet/preset.ts";
import { createServer as createTcpServer } from "node:net";
import { expect } from "chai";
import { getClient, type ApiClient } from "@lodestar/api";
import { interopSecretKey } from "@lodestar/state-transition";
import { toHex } from "@lodestar/utils";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../scripts/devnet/devnet.ts";
import { PortInUseError } from "../../scripts/devnet/http/server.ts";
import { serveDevnet, type DevnetServers } from "../../scripts/devnet/http/serve.ts";
import { signedVoluntaryExit } from "../../scripts/devnet/operations.ts";
import { WITHDRAWAL_REQUESTS_ADDRESS } from "../../scripts/devnet/systemContracts.ts";
import { account, credentials, deposit } from "./support/execution.ts";

const FREE_PORTS = { rpcPort: 0, beaconPort: 0 };

describe("devnet: HTTP", () => {
  let devnet: Devnet;
  let servers: DevnetServers;
  let api: ApiClient;
  let missed: number;

  const get = async (path: string): Promise<{ status: number; body: any }> => {
    const response = await fetch(`${servers.beaconUrl}${path}`);
    return { status: response.status, body: await response.json() };
  };
  const post = async (url: string, body: unknown): Promise<{ status: number; body: any }> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const control = (action: string, body: unknown) => post(`${servers.beaconUrl}/kedge/v1/${action}`, body);

  before(async () => {
    devnet = await startDevnet({ autoTick: true });
    await devnet.tickEpochs(4);
    const everyone = Array.from({ length: 64 }, (_, index) => index);
    devnet.setOffline(everyone, true);
    await devnet.tickSlots(1);
    missed = devnet.slot;
    devnet.setOffline(everyone, false);
    await devnet.tickSlots(1);
    await deposit(devnet, {
      key: interopSecretKey(1000),
      credentials: credentials(1, await account(devnet, 1)),
    });
    servers = await serveDevnet(devnet, FREE_PORTS);
    api = getClient({ baseUrl: servers.beaconUrl }, { config: devnet.chain.config });
  });

  after(async () => {
    await servers.close();
    await devnet.close();
  });

  describe("Beacon API", () => {
    it("gives Lodestar's client the genesis, the head, the finalized block and the duties", async () => {
      const { chain } = devnet;
      const genesis = (await api.beacon.getGenesis()).value();
      expect(genesis.genesisTime).to.equal(chain.genesisTime);
      expect(genesis.genesisForkVersion).to.deep.equal(chain.config.GENESIS_FORK_VERSION);

      const head = (await api.beacon.getBlockHeader({ blockId: "head" })).value();
      expect(toHex(head.root)).to.equal(chain.head.blockRoot);
      const byRoot = (await api.beacon.getBlockV2({ blockId: chain.head.blockRoot })).value();
      expect(byRoot.message.slot).to.equal(chain.head.slot);
      const finalized = await api.beacon.getBlockRoot({ blockId: "finalized" });
      expect(toHex(finalized.value().root)).to.equal(toHex(chain.finalized.root));
      expect(finalized.meta().finalized).to.equal(true);
      const child = (
        await api.beacon.getBlockHeaders({ parentRoot: toHex(chain.head.header.parentRoot) })
      ).value();
      expect(child.map(({ root }) => toHex(root))).to.deep.equal([chain.head.blockRoot]);

      const duties = (await api.validator.getProposerDuties({ epoch: devnet.epoch })).value();
      const ours = duties.find(({ slot }) => slot === chain.head.slot);
      expect(ours?.validatorIndex).to.equal(chain.head.header.proposerIndex);
      expect(duties).to.have.length(SLOTS_PER_EPOCH);

      const exitPool = (await api.beacon.getPoolVoluntaryExits()).value();
      expect(exitPool).to.deep.equal([]);
      expect((await api.node.getHealth()).status).to.equal(200);
      expect((await api.node.getSyncingStatus()).value()).to.include({
        headSlot: chain.head.slot,
        isSyncing: false,
      });
    });

    it("delivers a state whose root is that of the header, as SSZ and as JSON", async () => {
      for (const stateId of ["head", "finalized", devnet.chain.head.stateRoot]) {
        const state = (await api.debug.getStateV2({ stateId })).value();
        const type = devnet.chain.config.getForkTypes(state.slot).BeaconState;
        const root = (await api.beacon.getStateRoot({ stateId })).value().root;
        expect(toHex(type.hashTreeRoot(state as never)), stateId).to.equal(toHex(root));
      }
      const { body } = await get("/eth/v2/debug/beacon/states/head");
      expect(body.version).to.equal("fulu");
      expect(body.data.slot).to.equal(String(devnet.chain.head.slot));
      const type = devnet.chain.config.getForkTypes(0).BeaconState;
      expect(toHex(type.hashTreeRoot(type.fromJson(body.data) as never))).to.equal(
        devnet.chain.head.stateRoot,
      );
    });

    it("lists validators, balances and queues, numbers as strings", async () => {
      const path = "/eth/v1/beacon/states/head";
      const pubkey = toHex(devnet.chain.validator(3).pubkey);
      const { body } = await get(`${path}/validators?id=1,${pubkey}&id=999`);
      expect(body.data.map(({ index }: { index: string }) => index)).to.deep.equal(["1", "3"]);
      expect(body).to.include({ finalized: false, execution_optimistic: false });
      expect(body.data[1].validator.effective_balance).to.equal("32000000000");
      expect(body.data[1].validator.exit_epoch).to.equal("18446744073709551615");
      expect((await get(`${path}/validators?status=active`)).body.data).to.have.length(64);
      expect((await get(`${path}/validators?status=pending_queued`)).body.data).to.have.length(0);
      expect((await get(`${path}/validator_balances?id=5`)).body.data[0].balance).to.match(/^\d+$/);
      const [pending] = (await get(`${path}/pending_deposits`)).body.data;
      expect(pending.amount).to.equal("32000000000");
      expect(pending.pubkey).to.equal(toHex(interopSecretKey(1000).toPublicKey().toBytes()));
      for (const queue of ["pending_partial_withdrawals", "pending_consolidations"]) {
        expect((await get(`${path}/${queue}`)).body.data).to.deep.equal([]);
      }
      const checkpoints = (await get(`${path}/finality_checkpoints`)).body.data;
      expect(checkpoints.finalized.epoch).to.equal(String(devnet.chain.finalized.epoch));
      expect((await get(`${path}/fork`)).body.data.current_version).to.equal("0x06000001");
      const all = (await post(`${servers.beaconUrl}${path}/validators`, { ids: ["2"] })).body.data;
      expect(all).to.have.length(1);
    });

    it("says how the network is configured", async () => {
      const { data: spec } = (await get("/eth/v1/config/spec")).body;
      expect(spec).to.include({ SECONDS_PER_SLOT: "12", SLOTS_PER_EPOCH: "8", DEPOSIT_CHAIN_ID: "31337" });
      expect(spec.DOMAIN_DEPOSIT).to.equal("0x03000000");
      const { data: contract } = (await get("/eth/v1/config/deposit_contract")).body;
      expect(contract).to.deep.equal({
        chain_id: "31337",
        address: "0x00000000219ab540356cbb839cbe05303d7705fa",
      });
      expect((await get("/eth/v1/config/fork_schedule")).body.data.at(-1).current_version).to.equal(
        "0x06000001",
      );
      expect((await get("/eth/v1/node/version")).body.data.version).to.contain("devnet");
    });

    it("takes a valid exit into the next block, and refuses an invalid one", async () => {
      const { chain } = devnet;
      const exit = signedVoluntaryExit(chain.keyring, chain.state, 30);
      (await api.beacon.submitPoolVoluntaryExit({ signedVoluntaryExit: exit })).assertOk();
      await devnet.tickBlocks(1);
      expect(chain.validator(30).exitEpoch).to.be.lessThan(Infinity);
      const again = await api.beacon.submitPoolVoluntaryExit({ signedVoluntaryExit: exit });
      expect(again.status).to.equal(400);
      expect(again.error()?.message).to.contain("validator 30: already_exited");
      const forged = { ...exit, message: { ...exit.message, validatorIndex: 31 } };
      const answer = await api.beacon.submitPoolVoluntaryExit({ signedVoluntaryExit: forged });
      expect(answer.error()?.message).to.contain("validator 31: invalid_signature");
    });

    it("answers 404 for what is not there, 400 for what is no id, 501 for what it does not offer", async () => {
      const root = `0x${"11".repeat(32)}`;
      const expected: [number, string][] = [
        [404, `/eth/v1/beacon/headers/${missed}`],
        [404, `/eth/v2/beacon/blocks/${missed}`],
        [404, `/eth/v1/beacon/states/${missed}/root`],
        [404, `/eth/v1/beacon/headers/${root}`],
        [404, "/eth/v1/beacon/states/head/validators/999"],
        [404, "/eth/v9/nonsense"],
        [400, "/eth/v1/beacon/headers/latest"],
        [400, "/eth/v1/beacon/states/head/validators?id=0x12"],
        [400, "/eth/v1/validator/duties/proposer/99"],
        [400, "/eth/v1/validator/duties/proposer/x"],
        [400, "/eth/v1/events?topics=nonsense"],
        [501, "/eth/v1/beacon/states/head/committees"],
        [501, "/eth/v1/node/peers"],
        [501, "/eth/v1/beacon/light_client/finality_update"],
      ];
      for (const [status, path] of expected) {
        const answer = await get(path);
        expect(answer.status, path).to.equal(status);
        expect(answer.body.code, path).to.equal(status);
      }
      expect((await get("/eth/v1/beacon/headers/latest")).body.message).to.contain("latest");
    });

    it("streams heads and finalized checkpoints", async () => {
      const abort = new AbortController();
      const response = await fetch(`${servers.beaconUrl}/eth/v1/events?topics=head,finalized_checkpoint`, {
        signal: abort.signal,
      });
      expect(response.headers.get("content-type")).to.equal("text/event-stream");
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      const finalizedBefore = devnet.chain.finalized.epoch;
      await devnet.tickUntil(() => devnet.chain.finalized.epoch > finalizedBefore);
      const { blockRoot, slot } = devnet.chain.head;

      let text = "";
      while (!text.includes("finalized_checkpoint")) text += (await reader.read()).value ?? "";
      expect(text).to.contain(`event: head\ndata: {"slot":"${slot}","block":"${blockRoot}"`);
      expect(text).to.contain(`"epoch":"${devnet.chain.finalized.epoch}"`);
      abort.abort();
    });
  });

  describe("control API", () => {
    it("ticks, and reports where the chain is", async () => {
      const { slot } = devnet;
      expect((await control("tick", { slots: 2 })).body.slot).to.equal(slot + 2);
      await control("tick", { epochs: 1 });
      const { body } = await get("/kedge/v1/status");
      expect(body).to.include({
        slot: slot + 2 + SLOTS_PER_EPOCH,
        validators: devnet.chain.state.validators.length,
      });
      expect(body.head.root).to.equal(devnet.chain.head.blockRoot);
    });

    it("takes validators offline, stalls finality, slashes", async () => {
      expect((await control("offline", { indices: [4, 2], offline: true })).body.offline).to.deep.equal([
        2, 4,
      ]);
      expect((await control("offline", { indices: [4, 2], offline: false })).body.offline).to.deep.equal([]);
      expect((await control("stall", { on: true })).body.offline.length).to.be.greaterThan(64 / 3);
      expect((await control("stall", { on: false })).body.offline).to.deep.equal([]);
      expect((await control("slash", { index: 40, kind: "attester" })).status).to.equal(200);
      await devnet.tickBlocks(1);
      expect(devnet.chain.validator(40).slashed).to.equal(true);
    });

    it("goes back to a snapshot", async () => {
      const { id } = (await control("snapshot", {})).body;
      const root = devnet.chain.head.blockRoot;
      await control("tick", { slots: 3 });
      expect((await control("restore", { id })).body.head.root).to.equal(root);
    });

    it("refuses bad input with 400, and says what it was", async () => {
      const bad: [string, unknown, string][] = [
        ["tick", { slots: "many" }, "many"],
        ["tick", { slots: -1 }, "-1"],
        ["tick", { slots: 1, epochs: 1 }, "epochs"],
        ["offline", { indices: [9999], offline: true }, "9999"],
        ["slash", { index: 1, kind: "builder" }, "builder"],
        ["slash", { index: 40, kind: "proposer" }, "40"],
        ["stall", { on: "yes" }, "yes"],
        ["restore", { id: "0xdead" }, "0xdead"],
      ];
      const { slot } = devnet;
      for (const [action, body, culprit] of bad) {
        const answer = await control(action, body);
        expect(answer.status, action).to.equal(400);
        expect(answer.body.message, action).to.contain(culprit);
      }
      expect(devnet.slot).to.equal(slot);
    });
  });

  describe("JSON-RPC", () => {
    it("answers single requests and batches, in order", async () => {
      const single = (await post(servers.rpcUrl, { jsonrpc: "2.0", id: 7, method: "eth_chainId" })).body;
      expect(single).to.deep.equal({ jsonrpc: "2.0", id: 7, result: "0x7a69" });
      const from = await account(devnet, 5);
      const transaction = { from, to: from, value: "0x1" };
      const { body } = await post(servers.rpcUrl, [
        { jsonrpc: "2.0", id: 1, method: "eth_getTransactionCount", params: [from, "latest"] },
        { jsonrpc: "2.0", id: 2, method: "eth_sendTransaction", params: [transaction] },
        { jsonrpc: "2.0", id: 3, method: "eth_getTransactionCount", params: [from, "latest"] },
      ]);
      expect(body[0].result).to.equal("0x0");
      expect(body[2].result).to.equal("0x1");
    });

    it("passes on the data of a revert", async () => {
      const reverting = "0x00000000000000000000000000000000000000e1";
      // Reverts with four bytes: PUSH4 0xdeadbeef PUSH0 MSTORE PUSH1 4 PUSH1 28 REVERT
      await devnet.provider.request({
        method: "hardhat_setCode",
        params: [reverting, "0x63deadbeef5f526004601cfd"],
      });
      const call = { jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to: reverting }, "latest"] };
      const { error } = (await post(servers.rpcUrl, call)).body;
      expect(error.code).to.equal(3);
      expect(JSON.stringify(error.data)).to.contain("0xdeadbeef");
      const plain = { ...call, params: [{ to: WITHDRAWAL_REQUESTS_ADDRESS, data: "0x01" }, "latest"] };
      expect((await post(servers.rpcUrl, plain)).body.error.message).to.contain("revert");
    });

    it("says what is wrong with a request", async () => {
      expect((await post(servers.rpcUrl, "{")).body.error.code).to.equal(-32700);
      expect((await post(servers.rpcUrl, "[]")).body.error.code).to.equal(-32600);
      expect((await post(servers.rpcUrl, { id: 1 })).body.error.code).to.equal(-32600);
      const refused = (await post(servers.rpcUrl, { id: 1, method: "evm_setAutomine", params: [true] })).body
        .error;
      expect(refused.code).to.equal(-32004);
    });
  });

  it("names the port that another program has, and leaves no server behind", async () => {
    const other = createTcpServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
    });
    for (const ports of [
      { rpcPort: port, beaconPort: 0 },
      { rpcPort: 0, beaconPort: port },
    ]) {
      const error = await serveDevnet(devnet, ports).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(PortInUseError);
      expect((error as Error).message).to.contain(`Port ${port} on 127.0.0.1 is in use`);
    }
    await new Promise((resolve) => other.close(resolve));
  });
});
