/// A process of its own, so that its memory is not the member's: a beacon node with one state.
/// Usage: server.ts <file of the state>; sends its URL.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ZeroHash } from "ethers";
import { headerRoot } from "../../lib/beaconHeader.ts";

const FORK = "0x06000000";
const DEPOSIT_CONTRACT = "0x00000000219ab540356cbb839cbe05303d7705fa";
const bytes = readFileSync(process.argv[2]!);
const header = { slot: 1, proposerIndex: 0, parentRoot: ZeroHash, stateRoot: ZeroHash, bodyRoot: ZeroHash };

const answers: Record<string, object> = {
  "/eth/v1/beacon/genesis": {
    genesis_time: "0",
    genesis_validators_root: ZeroHash,
    genesis_fork_version: "0x00000000",
  },
  "/eth/v1/config/spec": {
    SLOTS_PER_EPOCH: "32",
    SECONDS_PER_SLOT: "12",
    PRESET_BASE: "mainnet",
    FULU_FORK_VERSION: FORK,
  },
  "/eth/v1/config/deposit_contract": { chain_id: "1", address: DEPOSIT_CONTRACT },
  "/eth/v1/config/fork_schedule": [{ previous_version: FORK, current_version: FORK, epoch: "0" }],
  "/eth/v1/beacon/headers/head": {
    root: headerRoot(header),
    canonical: true,
    header: {
      message: {
        slot: "1",
        proposer_index: "0",
        parent_root: ZeroHash,
        state_root: ZeroHash,
        body_root: ZeroHash,
      },
    },
  },
};

const server = createServer(({ url = "" }, response) => {
  if (url.startsWith("/eth/v2/debug/beacon/states/")) {
    const headers = { "content-type": "application/octet-stream", "eth-consensus-version": "fulu" };
    response.writeHead(200, { ...headers, "content-length": bytes.length }).end(bytes);
    return;
  }
  const data = answers[url];
  response.writeHead(data === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify({ data }));
});
server.listen(0, "127.0.0.1", () => {
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
// the benchmark was ended
process.once("disconnect", () => process.exit());
