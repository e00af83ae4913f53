import "./minimalPreset.ts";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { hexlify } from "ethers";
import { gzipSync } from "node:zlib";
import { BeaconClient, type BeaconClientOptions } from "../../scripts/lib/beaconClient.ts";
import { headerRoot, type BeaconHeader } from "../../scripts/lib/beaconHeader.ts";
import { headerOf } from "../../scripts/lib/beaconProofs.ts";
import { ConfigurationError, FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { FAR_FUTURE_EPOCH } from "../../scripts/lib/units.ts";
import { startBeaconServer, type BeaconServer } from "./beaconServer.ts";
import { randomBytes, randomState } from "./randomState.ts";

const bytes = (label: string, length = 32) => hexlify(randomBytes(label, length));
const headerAt = (slot: number): BeaconHeader => ({
  slot,
  proposerIndex: 3,
  parentRoot: bytes(`parent ${slot}`),
  stateRoot: bytes(`state ${slot}`),
  bodyRoot: bytes(`body ${slot}`),
});
const headerAnswer = (header: BeaconHeader, root = headerRoot(header)) => ({
  execution_optimistic: false,
  finalized: true,
  data: {
    root,
    canonical: true,
    header: {
      message: {
        slot: String(header.slot),
        proposer_index: String(header.proposerIndex),
        parent_root: header.parentRoot,
        state_root: header.stateRoot,
        body_root: header.bodyRoot,
      },
      signature: bytes("signature", 96),
    },
  },
});
const pubkeyOf = (index: number) => bytes(`pubkey ${index}`, 48);
const validatorAnswer = (index: number) => ({
  index: String(index),
  balance: "32000000017",
  status: "active_ongoing",
  validator: {
    pubkey: pubkeyOf(index),
    withdrawal_credentials: bytes("credentials"),
    effective_balance: "2048000000000",
    slashed: false,
    activation_eligibility_epoch: "1",
    activation_epoch: "6",
    exit_epoch: "18446744073709551615",
    withdrawable_epoch: "18446744073709551615",
  },
});

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).to.be.instanceOf(Error);
  return error as Error;
}

describe("beacon client", () => {
  let server: BeaconServer;
  const client = (options: BeaconClientOptions = {}, url = server.url) =>
    new BeaconClient(url, { retry: { sleep: () => Promise.resolve() }, ...options });
  beforeEach(async () => {
    server = await startBeaconServer();
  });
  afterEach(() => server.close());

  it("knows the root of mainnet's genesis block", () => {
    const genesis = {
      slot: 0,
      proposerIndex: 0,
      parentRoot: `0x${"00".repeat(32)}`,
      stateRoot: "0x7e76880eb67bbdc86250aa578958e9d0675e64e714337855204fb5abaaf82c2b",
      bodyRoot: "0xccb62460692be0ec813b56be97f68a82cf57abc102e27bf49ebf4190ff22eedd",
    };
    expect(headerRoot(genesis)).to.equal(
      "0x4d611d5b93fdab69013a7f0a2f961caca0c853f87cfe9595fe50038163079360",
    );
  });

  it("says how far the node is, and what an older one leaves out", async () => {
    const data = { head_slot: "12", sync_distance: "3", is_syncing: true };
    const path = "/eth/v1/node/syncing";
    server.routes[path] = { data: { ...data, is_optimistic: true, el_offline: true } };
    const told = { headSlot: 12, syncDistance: 3, isSyncing: true };
    expect(await client().syncing()).to.deep.equal({ ...told, isOptimistic: true, isExecutionOffline: true });
    server.routes[path] = { data };
    expect(await client().syncing()).to.deep.equal({
      ...told,
      isOptimistic: false,
      isExecutionOffline: false,
    });
  });

  it("reads genesis, deposit contract and finality", async () => {
    const root = bytes("root");
    const checkpoint = (epoch: string) => ({ epoch, root });
    server.routes = {
      "/eth/v1/beacon/genesis": {
        data: {
          genesis_time: "1606824023",
          genesis_validators_root: root,
          genesis_fork_version: "0x00000001",
        },
      },
      "/eth/v1/config/deposit_contract": {
        data: { chain_id: "31337", address: "0x00000000219ab540356cBB839Cbe05303d7705Fa" },
      },
      "/eth/v1/beacon/states/head/finality_checkpoints": {
        data: {
          previous_justified: checkpoint("3"),
          current_justified: checkpoint("4"),
          finalized: checkpoint("2"),
        },
      },
    };
    expect(await client().genesis()).to.deep.equal({
      genesisTime: 1606824023,
      genesisValidatorsRoot: root,
      genesisForkVersion: "0x00000001",
    });
    expect(await client().depositContract()).to.deep.equal({
      chainId: 31337,
      address: "0x00000000219ab540356cbb839cbe05303d7705fa",
    });
    expect((await client().finalityCheckpoints("head")).finalized).to.deep.equal({ epoch: 2, root });
  });

  it("reads the spec, with seconds or milliseconds per slot, and refuses what does not agree", async () => {
    const spec = (data: object) =>
      (server.routes = { "/eth/v1/config/spec": { data: { SLOTS_PER_EPOCH: "8", ...data } } });
    spec({
      SECONDS_PER_SLOT: "12",
      PRESET_BASE: "minimal",
      DEPOSIT_CHAIN_ID: "31337",
      BLOB_SCHEDULE: [{ EPOCH: "1" }],
    });
    const { values, ...read } = await client().spec();
    expect(read).to.deep.equal({
      secondsPerSlot: 12,
      slotsPerEpoch: 8,
      preset: "minimal",
      depositContractAddress: undefined,
      depositChainId: 31337,
    });
    expect(values.BLOB_SCHEDULE).to.deep.equal([{ EPOCH: "1" }]);
    spec({ SLOT_DURATION_MS: "6000" });
    expect((await client().spec()).secondsPerSlot).to.equal(6);
    for (const bad of [
      {},
      { SECONDS_PER_SLOT: "12", SLOT_DURATION_MS: "6000" },
      { SLOT_DURATION_MS: "500" },
      { SECONDS_PER_SLOT: "0" },
      { SECONDS_PER_SLOT: "x" },
    ]) {
      spec(bad);
      expect(await failure(client().spec()), JSON.stringify(bad)).to.be.instanceOf(FatalError);
    }
  });

  it("reads a header, and undefined for a missed slot", async () => {
    const header = headerAt(70);
    server.routes = {
      "/eth/v1/beacon/headers/70": headerAnswer(header),
      "/eth/v1/beacon/headers/head": headerAnswer(header),
    };
    const answer = await client().header(70);
    expect(answer?.header).to.deep.equal(header);
    expect([answer?.root, answer?.finalized, answer?.executionOptimistic]).to.deep.equal([
      headerRoot(header),
      true,
      false,
    ]);
    expect(await client().header(71)).to.equal(undefined);
    expect((await client().header("head"))?.root).to.equal(headerRoot(header));
  });

  it("catches a node whose header does not hash to its root, or is another block's", async () => {
    const header = headerAt(70);
    const root = headerRoot(header);
    server.routes = {
      "/eth/v1/beacon/headers/70": headerAnswer(header, bytes("a lie")),
      "/eth/v1/beacon/headers/71": headerAnswer(header),
      [`/eth/v1/beacon/headers/${root}`]: headerAnswer(headerAt(72)),
    };
    expect((await failure(client().header(70))).message).to.contain("the header hashes to");
    expect((await failure(client().header(71))).message).to.contain("another block");
    expect((await failure(client().header(root as `0x${string}`))).message).to.contain("another block");
  });

  it("walks down over missed slots, within its bound", async () => {
    server.routes = { "/eth/v1/beacon/headers/60": headerAnswer(headerAt(60)) };
    expect((await client().blockAtOrBefore(63)).header.slot).to.equal(60);
    expect(server.requests.map((r) => r.split("/").at(-1))).to.deep.equal(["63", "62", "61", "60"]);
    expect((await client().blockAtOrBefore(62, 2)).header.slot).to.equal(60);
    expect(await failure(client().blockAtOrBefore(63, 2)))
      .to.be.instanceOf(FatalError)
      .with.property("message")
      .that.contains("slot 61 to 63");
    expect((await failure(client().blockAtOrBefore(3))).message).to.contain("slot 0 to 3");
  });

  it("reads a block's execution payload", async () => {
    const block = (slot: string) => ({
      version: "fulu",
      execution_optimistic: true,
      data: {
        message: {
          slot,
          proposer_index: "1",
          parent_root: bytes("p"),
          state_root: bytes("s"),
          body: {
            execution_payload: {
              block_hash: bytes("hash"),
              fee_recipient: `0x${"CD".repeat(20)}`,
              block_number: "17",
              timestamp: "1767225600",
              transactions: [],
              withdrawals: [
                { index: "3", validator_index: "70", address: `0x${"AB".repeat(20)}`, amount: "32000000001" },
              ],
            },
          },
        },
        signature: "0x",
      },
    });
    server.routes = { "/eth/v2/beacon/blocks/9": block("9"), "/eth/v2/beacon/blocks/10": block("9") };
    const answer = await client().blockV2(9);
    expect(answer?.execution).to.deep.equal({
      blockHash: bytes("hash"),
      feeRecipient: `0x${"cd".repeat(20)}`,
      blockNumber: 17,
      timestamp: 1767225600,
      withdrawals: [
        { index: 3, validatorIndex: 70, address: `0x${"ab".repeat(20)}`, amountGwei: 32_000_000_001n },
      ],
    });
    expect([answer?.version, answer?.slot, answer?.executionOptimistic]).to.deep.equal(["fulu", 9, true]);
    expect(await client().blockV2(8)).to.equal(undefined);
    expect(await failure(client().blockV2(10))).to.be.instanceOf(FatalError);
  });

  it("reads who proposes when", async () => {
    const duty = { pubkey: pubkeyOf(5), validator_index: "5", slot: "31" };
    server.routes = { "/eth/v1/validator/duties/proposer/3": { data: [duty], dependent_root: bytes("r") } };
    expect(await client().proposerDuties(3)).to.deep.equal([
      { pubkey: pubkeyOf(5), validatorIndex: 5, slot: 31 },
    ]);
    expect(await failure(client().proposerDuties(4))).to.be.instanceOf(FatalError);
  });

  it("hands in a voluntary exit, and says why it was refused", async () => {
    const path = "/eth/v1/beacon/pool/voluntary_exits";
    const bodies: unknown[] = [];
    server.routes = {
      [path]: (request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
          response.writeHead(bodies.length === 1 ? 200 : 400);
          response.end(bodies.length === 1 ? "" : JSON.stringify({ code: 400, message: "too young" }));
        });
      },
    };
    const exit = { epoch: 12, validatorIndex: 70, signature: bytes("signature") };
    await client().submitVoluntaryExit(exit);
    expect(bodies).to.deep.equal([
      { message: { epoch: "12", validator_index: "70" }, signature: exit.signature },
    ]);
    const refused = await failure(client().submitVoluntaryExit(exit));
    expect(refused).to.be.instanceOf(FatalError).with.property("message").that.contains("too young");
  });

  it("reads validators: Gwei as bigint, never as 2^64 - 1", async () => {
    server.routes = { "/eth/v1/beacon/states/head/validators": { data: [validatorAnswer(5)] } };
    const [validator] = await client().validators("head", [5]);
    expect(validator).to.deep.equal({
      index: 5,
      balanceGwei: 32_000_000_017n,
      status: "active_ongoing",
      pubkey: pubkeyOf(5),
      withdrawalCredentials: bytes("credentials"),
      effectiveBalanceGwei: 2_048_000_000_000n,
      slashed: false,
      activationEligibilityEpoch: 1n,
      activationEpoch: 6n,
      exitEpoch: FAR_FUTURE_EPOCH,
      withdrawableEpoch: FAR_FUTURE_EPOCH,
    });
    expect(await client().validators("head")).to.have.length(1);
    expect(await client().validators("head", [])).to.deep.equal([]);
    expect((await failure(client().validators("head", [6]))).message).to.contain("was not asked for");
  });

  it("asks for many validators in parts of one and the same state", async () => {
    const header = headerAt(64);
    const path = `/eth/v1/beacon/states/${header.stateRoot}/validators`;
    server.routes = {
      "/eth/v1/beacon/headers/finalized": headerAnswer(header),
      [path]: (request, response) => {
        const ids = new URL(request.url!, "http://x").searchParams.get("id")!.split(",");
        response.end(JSON.stringify({ data: ids.map((id: string) => validatorAnswer(Number(id))) }));
      },
    };
    const ids = Array.from({ length: 150 }, (_, i) => i);
    const found = await client().validators("finalized", [...ids, 0, "149"]);
    expect(found.map((v) => v.index)).to.deep.equal(ids);
    expect(server.requests.filter((r) => r.startsWith(`GET ${path}`))).to.have.length(3);
  });

  it("reads pending deposits", async () => {
    const deposit = {
      pubkey: pubkeyOf(1),
      withdrawal_credentials: bytes("c"),
      amount: "1000000000",
      signature: bytes("s", 96),
      slot: "44",
    };
    server.routes = { "/eth/v1/beacon/states/44/pending_deposits": { version: "fulu", data: [deposit] } };
    expect(await client().pendingDeposits(44)).to.deep.equal([
      {
        pubkey: deposit.pubkey,
        withdrawalCredentials: deposit.withdrawal_credentials,
        amountGwei: 10n ** 9n,
        signature: deposit.signature,
        slot: 44,
      },
    ]);
    expect((await failure(client().pendingDeposits(45))).message).to.contain("not found");
  });

  it("reads pending partial withdrawals", async () => {
    const path = "/eth/v1/beacon/states/head/pending_partial_withdrawals";
    const entry = { validator_index: "7", amount: "8500000000", withdrawable_epoch: "22800" };
    server.routes = { [path]: { version: "fulu", data: [entry] } };
    expect(await client().pendingPartialWithdrawals("head")).to.deep.equal([
      { validatorIndex: 7, amountGwei: 8_500_000_000n, withdrawableEpoch: 22_800 },
    ]);
    server.routes = { [path]: { data: [{ ...entry, amount: 5 }] } };
    expect((await failure(client().pendingPartialWithdrawals("head"))).message).to.contain("amount");
  });

  it("reads pending consolidations", async () => {
    const path = "/eth/v1/beacon/states/head/pending_consolidations";
    server.routes = { [path]: { version: "fulu", data: [{ source_index: "7", target_index: "9" }] } };
    expect(await client().pendingConsolidations("head")).to.deep.equal([{ source: 7, target: 9 }]);
    server.routes = { [path]: { data: [{ source_index: "7" }] } };
    expect((await failure(client().pendingConsolidations("head"))).message).to.contain("target_index");
  });

  it("fetches a whole state whose root is that of the header", async () => {
    const state = randomState(20);
    const serialized = state.serialize();
    server.routes = {
      "/eth/v2/debug/beacon/states/head": (request, response) => {
        expect(request.headers.accept).to.equal("application/octet-stream");
        response.writeHead(200, {
          "content-type": "application/octet-stream",
          "eth-consensus-version": "Fulu",
        });
        response.end(serialized);
      },
      "/eth/v2/debug/beacon/states/1": { data: {} },
    };
    const { bytes: received, fork } = await client().stateSsz("head");
    expect(fork).to.equal("fulu");
    expect(headerOf(ssz.fulu.BeaconState.deserializeToViewDU(received)).stateRoot).to.equal(
      headerOf(state).stateRoot,
    );
    expect((await failure(client().stateSsz(1))).message).to.contain("does not serve states as SSZ");
    expect((await failure(client().stateSsz(2))).message).to.contain("does not have this state");
  });

  it("takes a body into memory once where its length is said, and whole whatever was said", async () => {
    const state = randomBytes("state", 300_000);
    const serve = (headers: Record<string, string>, parts: Uint8Array[]) => {
      server.routes["/eth/v2/debug/beacon/states/1"] = (_, response) => {
        response.writeHead(200, { "content-type": "application/octet-stream", ...headers });
        for (const part of parts) response.write(part);
        response.end();
      };
      return client().stateSsz(1);
    };
    const { bytes } = await serve({ "content-length": "300000" }, [state]);
    expect(Buffer.compare(bytes, state)).to.equal(0);
    expect(bytes.buffer.byteLength, "nothing beside it").to.equal(300_000);
    const inParts = [state.subarray(0, 7), state.subarray(7, 200_000), state.subarray(200_000)];
    expect(Buffer.compare((await serve({}, inParts)).bytes, state)).to.equal(0);
    const same = Buffer.alloc(300_000, 9);
    const packed = gzipSync(same);
    const length = String(packed.length);
    const answer = await serve({ "content-encoding": "gzip", "content-length": length }, [packed]);
    expect(Buffer.compare(answer.bytes, same)).to.equal(0);
  });

  it("tries again on 429 and 5xx, then succeeds", async () => {
    const statuses = [503, 429, 500];
    const waits: number[] = [];
    server.routes = {
      "/eth/v1/beacon/headers/70": (_, response) => {
        const status = statuses.shift();
        if (status === undefined) return void response.end(JSON.stringify(headerAnswer(headerAt(70))));
        response.writeHead(status, status === 429 ? { "retry-after": "7" } : {}).end("busy");
      },
    };
    const sleep = (ms: number) => Promise.resolve(waits.push(ms));
    expect((await client({ retry: { sleep, random: () => 0.5 } }).header(70))?.header.slot).to.equal(70);
    expect(waits).to.deep.equal([250, 7000, 1000]);
  });

  it("gives up with a retryable error, and at once with a fatal one", async () => {
    server.routes = {
      "/eth/v1/beacon/genesis": (_, response) => void response.writeHead(503).end('{"message":"syncing"}'),
      "/eth/v1/config/spec": (_, response) => void response.writeHead(400).end("bad"),
    };
    const busy = await failure(client().genesis());
    expect(busy).to.be.instanceOf(RetryableError);
    expect(busy.message).to.equal(`GET ${server.host}/eth/v1/beacon/genesis: status 503: syncing`);
    expect(server.requests).to.have.length(4);
    expect(await failure(client().spec())).to.be.instanceOf(FatalError);
    expect(server.requests).to.have.length(5);
  });

  it("limits the time of headers and of a body that never ends", async () => {
    server.routes = {
      "/eth/v1/beacon/genesis": () => undefined,
      "/eth/v1/config/spec": (_, response) => void response.writeHead(200).write("{"),
    };
    const impatient = client({ timeoutMs: 60, retry: { attempts: 1 } });
    for (const promise of [impatient.genesis(), impatient.spec()]) {
      const error = await failure(promise);
      expect(error).to.be.instanceOf(RetryableError);
      expect(error.message).to.contain("no answer within 60 ms");
    }
  });

  it("says when a node is not there", async () => {
    await server.close();
    const error = await failure(client({ retry: { attempts: 1 } }).genesis());
    expect(error).to.be.instanceOf(RetryableError);
    expect(error.message).to.contain("ECONNREFUSED");
  });

  it("refuses answers against the specification, naming the field", async () => {
    const broken: [object | string, string][] = [
      ["<html>", "not JSON"],
      [
        {
          data: { genesis_time: 5, genesis_validators_root: bytes("r"), genesis_fork_version: "0x00000001" },
        },
        "data.genesis_time",
      ],
      [
        { data: { genesis_time: "5", genesis_validators_root: "0x12", genesis_fork_version: "0x00000001" } },
        "data.genesis_validators_root: expected 32 bytes",
      ],
      [
        {
          data: {
            genesis_time: "9007199254740993",
            genesis_validators_root: bytes("r"),
            genesis_fork_version: "0x00000001",
          },
        },
        "2^53",
      ],
      [{}, "data"],
    ];
    for (const [answer, words] of broken) {
      server.routes = {
        "/eth/v1/beacon/genesis": (_, response) =>
          void response.end(typeof answer === "string" ? answer : JSON.stringify(answer)),
      };
      const error = await failure(client().genesis());
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.contain(words);
    }
    const beyond = validatorAnswer(1);
    beyond.balance = "18446744073709551616";
    server.routes = { "/eth/v1/beacon/states/head/validators": { data: [beyond] } };
    expect((await failure(client().validators("head", [1]))).message).to.contain(
      "data.0.balance: expected a uint64",
    );
  });

  it("sends user, password, path and query of its URL, and shows none of them", async () => {
    let authorization: string | undefined;
    let path: string | undefined;
    server.routes = {
      "/key-in-path/eth/v1/beacon/genesis": (request, response) => {
        authorization = request.headers.authorization;
        path = request.url;
        response.writeHead(400).end("no");
      },
    };
    const url = `http://user:p%40ss@${server.host}/key-in-path/?token=key-in-query`;
    const secretive = client({}, url);
    const error = await failure(secretive.genesis());
    expect(authorization).to.equal(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
    expect(path).to.equal("/key-in-path/eth/v1/beacon/genesis?token=key-in-query");
    const shown = `${String(error.stack)} ${secretive.name} ${JSON.stringify(secretive)}`;
    expect(shown).not.to.match(/user|p@ss|p%40ss|key-in/);
    expect(secretive.name).to.equal(server.host);
  });

  it("refuses what is no URL without repeating it", () => {
    for (const url of ["localhost:5052", "ftp://host", "", "user:secret-word@host"]) {
      expect(() => new BeaconClient(url), url)
        .to.throw(ConfigurationError, "not an http or https URL")
        .with.property("message")
        .that.does.not.contain("secret-word");
    }
  });
});
