import { startBareChain, type BareChain } from "./support/bareChain.ts";
import { hoodiGenesis } from "@ethereumjs/genesis/hoodi";
import { expect } from "chai";
import { AbiCoder, concat, dataLength, keccak256, toBeHex, Wallet, type JsonRpcProvider } from "ethers";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { localPeople } from "../../scripts/deploy/people.ts";
import { PUBLIC_NETWORKS } from "../../scripts/deploy/parameters/chains.ts";
import { publicParameters } from "../../scripts/deploy/parameters/networks.ts";
import { parameter, type Parameters } from "../../scripts/deploy/parameters/schema.ts";
import { preflight } from "../../scripts/deploy/preflight.ts";
import type { Check } from "../../scripts/deploy/preflight/check.ts";
import { CODE_HASHES } from "../../scripts/deploy/preflight/execution.ts";
import { DETERMINISTIC_PROXY } from "../../scripts/deploy/deterministicProxy.ts";
import type { Fault } from "../../scripts/devnet/faults/faults.ts";
import { startFaultyProxy, type FaultyProxy } from "../../scripts/devnet/faults/faultyProxy.ts";
import { serveDevnet, type DevnetServers } from "../../scripts/devnet/http/serve.ts";
import { call } from "../../scripts/devnet/rpc.ts";
import { BeaconClient } from "../../scripts/lib/beaconClient.ts";
import { connectRpc } from "../../scripts/lib/connect.ts";
import { connectProtocol, CONTRACT_NAMES } from "../../scripts/lib/protocol.ts";
import { Records } from "../../scripts/lib/records.ts";

const DEPOSIT_CONTRACT = "0x00000000219ab540356cBB839Cbe05303d7705Fa";
const GENESIS_CODES = new Map(
  Object.entries(hoodiGenesis as unknown as Record<string, [string, string]>).map(([address, [, code]]) => [
    `0x${address.toLowerCase().replace(/^0x/, "")}`,
    code,
  ]),
);

describe("deploy: networks", () => {
  let chain: BareChain;
  before(async () => {
    chain = await startBareChain();
  });
  after(() => chain.close());

  describe("preflight", () => {
    let servers: DevnetServers;
    let beaconProxy: FaultyProxy;
    let executionProxy: FaultyProxy;
    let provider: JsonRpcProvider;
    let beacon: BeaconClient;
    let deployer: string;

    before(async () => {
      servers = await serveDevnet(chain.devnet, { rpcPort: 0, beaconPort: 0 });
      beaconProxy = await startFaultyProxy({ serves: "beacon", target: servers.beaconUrl });
      executionProxy = await startFaultyProxy({ serves: "execution", target: servers.rpcUrl });
      provider = await connectRpc(executionProxy.url);
      beacon = new BeaconClient(beaconProxy.url, { retry: { attempts: 1 } });
      deployer = await chain.deployer.getAddress();
    });
    afterEach(() => {
      beaconProxy.set();
      executionProxy.set();
    });
    after(async () => {
      provider.destroy();
      await Promise.all([beaconProxy.close(), executionProxy.close()]);
      await servers.close();
    });

    const look = (changes: Partial<Parameters> = {}, options: { deployer?: string; planWei?: bigint } = {}) =>
      preflight({
        provider,
        beacon,
        parameters: { ...chain.parameters, ...changes },
        deployer,
        ...options,
      });
    /// What is wrong, by names; each says how to mend it.
    const faultsIn = (checks: Check[]): Record<string, string> => {
      const failed = checks.filter(({ ok }) => !ok);
      for (const { name, fix, wanted } of failed) expect([fix, wanted], name).not.to.include("");
      return Object.fromEntries(failed.map(({ name, got }) => [name, got]));
    };
    const lie = (to: string, field: string, value: unknown): Fault => ({ kind: "lie", to, field, value });
    const withCode = async (address: string, code: string, task: () => Promise<void>) => {
      const before = await chain.provider.getCode(address);
      const set = (bytes: string) => call(chain.devnet.provider, "hardhat_setCode", address, bytes);
      await set(code);
      await task().finally(() => set(before));
    };

    it("finds nothing on the chain that the parameters are for", async () => {
      const checks = await look();
      expect(faultsIn(checks)).to.deep.equal({});
      const names = checks.map(({ name }) => name);
      expect(names).to.have.length(new Set(names).size);
    });

    it("names the chain, where it is another one", async () => {
      executionProxy.set({ kind: "wrongChain", chainId: 17_000 });
      expect(faultsIn(await look())).to.deep.equal({ "chain id": "17000" });
    });

    const constants = {
      SECONDS_PER_SLOT: "6",
      SLOTS_PER_EPOCH: "32",
      GENESIS_FORK_VERSION: "0x10000910",
      DEPOSIT_CHAIN_ID: "1",
      DEPOSIT_CONTRACT_ADDRESS: "0x7f02c3e3c98b133055b8b348b2ac625669ed295d",
      SLOTS_PER_HISTORICAL_ROOT: "8192",
      EPOCHS_PER_HISTORICAL_VECTOR: "65536",
      EPOCHS_PER_SLASHINGS_VECTOR: "8192",
      PENDING_PARTIAL_WITHDRAWALS_LIMIT: "134217728",
      PENDING_CONSOLIDATIONS_LIMIT: "262144",
      MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA: "128",
      SHARD_COMMITTEE_PERIOD: "256",
      CAPELLA_FORK_EPOCH: "3",
      FULU_FORK_EPOCH: "7",
    };
    it("names each constant of the beacon chain that differs, with what the node tells", async () => {
      const lies = Object.entries(constants).map(([name, value]) =>
        lie("/config/spec", `data.${name}`, value),
      );
      beaconProxy.set(...lies, lie("/config/spec", "data.SLOT_DURATION_MS", "6000"));
      expect(faultsIn(await look())).to.deep.equal(
        Object.fromEntries(
          Object.entries(constants).map(([name, value]) => [`beacon constants: ${name}`, value]),
        ),
      );
      beaconProxy.set(lie("/config/spec", "data.SLOTS_PER_EPOCH", "32"));
      expect(faultsIn(await look())).to.deep.equal({ "beacon constants: SLOTS_PER_EPOCH": "32" });
    });

    it("a constant that the node does not tell is not taken on trust", async () => {
      beaconProxy.set(lie("/config/spec", "data.SHARD_COMMITTEE_PERIOD", undefined));
      expect(faultsIn(await look())).to.deep.equal({
        "beacon constants: SHARD_COMMITTEE_PERIOD": "the node does not tell it",
      });
    });

    it("names what differs of the genesis", async () => {
      beaconProxy.set(lie("/beacon/genesis", "data.genesis_time", "1"));
      expect(faultsIn(await look())).to.deep.equal({ "beacon genesis: genesis_time": "1" });
      beaconProxy.set(lie("/beacon/genesis", "data.genesis_fork_version", "0x10000910"));
      expect(faultsIn(await look())).to.deep.equal({ "beacon genesis: genesis_fork_version": "0x10000910" });
    });

    it("a fork within the layout's time, and a head beyond it", async () => {
      const end = chain.parameters.layoutEndSlot.value;
      const slots = chain.parameters.slotsPerEpoch.value;
      const gloas = (epoch: bigint) => lie("/config/spec", "data.GLOAS_FORK_EPOCH", epoch.toString());
      beaconProxy.set(gloas(end / slots));
      expect(faultsIn(await look())).to.deep.equal({});
      beaconProxy.set(gloas(end / slots - 1n));
      const early = faultsIn(await look());
      expect(Object.keys(early)).to.deep.equal(["layout of beacon states"]);
      expect(early["layout of beacon states"]).to.contain(`Gloas in slot ${end - slots}`);
      beaconProxy.set(lie("/node/syncing", "data.head_slot", end.toString()));
      expect(Object.keys(faultsIn(await look()))).to.deep.equal(["layout of beacon states"]);
    });

    it("nodes that are not in sync, and why", async () => {
      const cases = [
        ["data.is_syncing", "slots behind"],
        ["data.is_optimistic", "optimistic"],
        ["data.el_offline", "offline"],
      ] as const;
      for (const [field, said] of cases) {
        beaconProxy.set(lie("/node/syncing", field, true));
        const found = faultsIn(await look());
        expect(Object.keys(found), field).to.deep.equal(["beacon node in sync"]);
        expect(found["beacon node in sync"]).to.contain(said);
      }
      beaconProxy.set();
      executionProxy.set(lie("eth_syncing", "result", { currentBlock: "0x1", highestBlock: "0x9" }));
      const found = faultsIn(await look());
      expect(Object.keys(found)).to.deep.equal(["execution node in sync"]);
      expect(found["execution node in sync"]).to.contain("0x9");
    });

    it("nodes of two chains: the execution node does not know the beacon node's head", async () => {
      executionProxy.set(lie("eth_getBlockByHash", "result", null));
      const found = faultsIn(await look());
      expect(Object.keys(found)).to.deep.equal(["one chain"]);
      expect(found["one chain"]).to.contain("unknown to the execution node");
    });

    it("a node that is away is not ok, and the rest is looked at", async () => {
      beaconProxy.set({ kind: "dead" });
      const checks = await look();
      for (const { name, ok } of checks) {
        expect(ok, name).to.equal(!/^beacon|^layout|^one chain/.test(name));
      }
    });

    const contracts = {
      "the deposit contract": DEPOSIT_CONTRACT,
      "EIP-4788 (beacon roots)": "0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02",
      "EIP-7002 (withdrawal requests)": "0x00000961Ef480Eb55e80D19ad83579A64c007002",
      "EIP-7251 (consolidation requests)": "0x0000BBdDc7CE488642fb579F8B00f3a590007251",
    };
    it("code that is not that of the network's contracts, or none", async () => {
      for (const [what, address] of Object.entries(contracts)) {
        await withCode(address, "0x00", async () => {
          expect(faultsIn(await look())).to.deep.equal({ [`code of ${what}`]: keccak256("0x00") });
        });
        await withCode(address, "0x", async () => {
          expect(faultsIn(await look())).to.deep.equal({ [`code of ${what}`]: "no code" });
        });
      }
    });

    it("the hashes are those of the code in Hoodi's genesis", () => {
      for (const [address, hash] of Object.entries(CODE_HASHES)) {
        expect(keccak256(GENESIS_CODES.get(address.toLowerCase())!), address).to.equal(hash);
      }
    });

    it("parameters that name another deposit contract than the official one", async () => {
      const address = "0x7f02C3E3c98b133055B8B348B2Ac625669Ed295D";
      const depositContract = parameter(address, "address", "a test");
      const found = faultsIn(await look({ depositContract }));
      expect(found["code of the deposit contract"]).to.equal(`the parameters name ${address}`);
    });

    it("Sepolia's deposit contract, which is known by its name", async () => {
      const sepolia = await publicParameters("sepolia", localPeople(4, true));
      const { chainId, depositContract } = sepolia;
      const name = "code of the deposit contract";
      const check = async () => (await look({ chainId, depositContract })).find((one) => one.name === name)!;
      expect(await check()).to.include({ ok: false, got: "no code" });
      await withCode(depositContract.value, saying("Sepolia deposit contract token"), async () => {
        expect(await check()).to.include({ ok: true });
      });
      await withCode(depositContract.value, saying("Another token"), async () => {
        expect(await check()).to.include({ ok: false, got: "Another token" });
      });
      await withCode(depositContract.value, "0x00", async () => {
        expect(await check()).to.include({ ok: false });
      });
    });

    it("something else where the deterministic proxy should be", async () => {
      await withCode(DETERMINISTIC_PROXY, "0x00", async () => {
        const found = faultsIn(await look());
        expect(Object.keys(found)).to.deep.equal(["deterministic deployment proxy"]);
        expect(found["deterministic deployment proxy"]).to.contain("other code");
      });
    });

    it("a deployer that cannot pay for the plan, or for what stays in the contracts", async () => {
      const poor = Wallet.createRandom().address;
      const name = "balance of the deployer";
      const broke = await look({}, { deployer: poor });
      expect(Object.keys(faultsIn(broke))).to.deep.equal([name]);
      const { wanted, fix } = broke.find((one) => one.name === name)!;
      expect(wanted, "0.5 of the seed, and five bonds of 0.1").to.contain("1.0000 ETH");
      expect(fix).to.contain(poor);
      const has = await chain.provider.getBalance(deployer);
      expect(faultsIn(await look({}, { planWei: has }))).to.deep.equal({});
      expect(Object.keys(faultsIn(await look({}, { planWei: has + 1n })))).to.deep.equal([name]);
    });

    it("a deployer of whom something waits to be mined", async () => {
      const honest = provider.getTransactionCount.bind(provider);
      provider.getTransactionCount = (_, tag) => Promise.resolve(tag === "pending" ? 7 : 5);
      try {
        expect(faultsIn(await look())).to.deep.equal({
          "nonce of the deployer": "2 transactions wait behind nonce 5",
        });
      } finally {
        provider.getTransactionCount = honest;
      }
    });

    it("on mainnet a deployer that is one of the people", async () => {
      const mainnet = parameter(1n, "id", "a test");
      const treasury = parameter(deployer, "address", "a test");
      const committee = parameter(
        chain.parameters.committee.value.with(1, { member: deployer, owner: deployer, weight: 1n }),
        "members",
        "a test",
      );
      const people = async (changes: Partial<Parameters>) =>
        (await look(changes)).find(({ name }) => name === "people")!;
      expect(await people({ treasury, committee })).to.include({ ok: true });
      expect(await people({ chainId: mainnet })).to.include({ ok: true });
      expect(await people({ chainId: mainnet, treasury, committee })).to.include({
        ok: false,
        got: "the deployer is treasury, committee.1.member, committee.1.owner",
      });
    });
  });

  describe("parameters", () => {
    for (const network of PUBLIC_NETWORKS) {
      it(`all contracts take those of ${network}: no bound is broken`, async () => {
        const given = await publicParameters(network, localPeople(4, true), network);
        const parameters = { ...given, chainId: chain.parameters.chainId };
        const { addresses } = await deploy({ ...chain, parameters, records: new Records() });
        expect(Object.keys(addresses)).to.have.members(CONTRACT_NAMES);
        const { StakedEther, WithdrawalQueue, BeaconVerifier, StakerGovernor } = connectProtocol(
          addresses,
          chain.provider,
        );
        expect((await StakedEther.parameters()).frameSeconds).to.equal(86_400n);
        expect(await StakedEther.depositContract()).to.equal(given.depositContract.value);
        expect(await WithdrawalQueue.cooldown()).to.equal(given.cooldownSeconds.value);
        expect(await BeaconVerifier.endSlot()).to.equal(given.layoutEndSlot.value);
        expect(await StakerGovernor.votingPeriod()).to.equal(given.votingPeriodSeconds.value);
      });
    }
  });
});

/// Code of a contract that answers anything with that string.
function saying(text: string): string {
  const answer = AbiCoder.defaultAbiCoder().encode(["string"], [text]);
  const length = toBeHex(dataLength(answer), 1);
  // PUSH1 length, PUSH1 10, PUSH0, CODECOPY, PUSH1 length, PUSH0, RETURN
  return concat(["0x60", length, "0x600a5f3960", length, "0x5ff3", answer]);
}
