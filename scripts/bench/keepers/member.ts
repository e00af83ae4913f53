/// All that a member does with a state for a report. What it would read from the execution chain is in a file: the keys,
/// the credentials and the operators of its validators. Usage: member.ts <url> <root> <file of what is known>
import "./mainnet.ts";
import { readFileSync } from "node:fs";
import { ZeroHash } from "ethers";
import { beaconFigures } from "../../actions/beaconBalance.ts";
import { finalityProof } from "../../lib/beaconProofs.ts";
import { readState } from "../../lib/beaconState.ts";
import { dutiesOf } from "../../lib/participation.ts";
import { BeaconSources } from "../../lib/sources/beaconSources.ts";
import { rememberStates } from "../../lib/stateMemory.ts";
import { peakMiB, type Member } from "./processes.ts";
import { EPOCH, SLOTS_PER_EPOCH, type Known } from "./syntheticState.ts";

const [url, root, path] = process.argv.slice(2) as [string, `0x${string}`, string];
const { pubkeys, credentials, operatorOf } = JSON.parse(readFileSync(path, "utf8")) as Known;
const nodes = new BeaconSources([url]);
const { genesisForkVersion } = await nodes.genesis();

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const beacon = rememberStates(nodes);
const operators = new Map(operatorOf.map(([index, operatorId]) => [index, BigInt(operatorId)]));
const figures = await beaconFigures({
  beacon,
  stateId: root,
  pubkeys,
  credentials: [credentials],
  genesisForkVersion,
  epoch: EPOCH,
});
const state = await readState(beacon, root);
const duties = dutiesOf(state, EPOCH - 1, SLOTS_PER_EPOCH, operators)!;
const { slot } = state;
finalityProof(state, { slot, proposerIndex: 0, parentRoot: ZeroHash, stateRoot: root, bodyRoot: ZeroHash });
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);

process.send!({
  seconds,
  cpuSeconds: (user + system) / 1e6,
  rssMiB: peakMiB(),
  found: {
    beaconBalanceGwei: String(figures.beaconBalanceGwei),
    appeared: Number(figures.appeared),
    exited: Number(figures.exited),
    activeGwei: String(duties.network.activeGwei),
    attestedGwei: String(duties.network.attestedGwei),
  },
} satisfies Member);
