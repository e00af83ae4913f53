/// What reading and decoding takes by itself. Usage: baseline.ts <url>
import "./mainnet.ts";
import { setHasher } from "@chainsafe/persistent-merkle-tree";
import { hasher } from "@chainsafe/persistent-merkle-tree/hasher/hashtree";
import { ssz } from "@lodestar/types";
import { hexlify } from "ethers";
import { BeaconClient } from "../../lib/beaconClient.ts";
import { peakMiB, type Baseline } from "./processes.ts";

const beacon = new BeaconClient(process.argv[2]!);
const startedAt = performance.now();
const { bytes } = await beacon.stateSsz(1);
const state = ssz.fulu.BeaconState.deserializeToViewDU(bytes);
const seconds = (performance.now() - startedAt) / 1000;
const rssMiB = peakMiB();
// Lodestar's own root, which the member must come to: it is not measured
setHasher(hasher);
const root = hexlify(state.hashTreeRoot());
process.send!({ seconds, rssMiB, bytes: bytes.length, root } satisfies Baseline);
